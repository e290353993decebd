"""The files for neo4j-admin make the graph that a load makes."""

import shlex
from pathlib import Path

import cloudtrail as ct
import neo4j_server
import pytest
from commands import here
from home import Home
from served import digest

import graphtrail
from graphtrail.stores.server.address import Address

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j"), pytest.mark.slow]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BUILD = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")


def exported(folder: Path, case: Path) -> str:
    ran = here("export", "neo4j-admin", folder, "--case", case, "--case-id", "case")
    assert ran.code == 0, ran.err
    assert (folder / "import-command.txt").read_text() == ran.out
    assert "stop the server" in ran.err
    return ran.out


def test_an_import_is_what_a_load_is(home: Home, tmp_path: Path):
    case = ct.case(
        tmp_path,
        [
            ct.assume_role("09:00", ALICE, "deploy", "build", BUILD["accessKeyId"]),
            ct.get_object("09:01", BUILD, "jewels", 'two\nlines; "quoted", and a comma'),
            ct.get_object("09:02", BUILD, "jewels", "b", eventID="no-uuid"),
            # Forged: an id with the characters that would separate lists in the files, and a name that is empty.
            ct.get_object("09:03", BUILD, "jewels", "c", eventID="forged\x1f\x1eid"),
            ct.record(
                "09:04", "s3:GetBucketAcl", BUILD, resources=[{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::"}]
            ),
        ],
    )
    case.load(home.address, "case")
    command = exported(tmp_path / "files", case.folder)
    assert "--array-delimiter=U+001D" in command
    server = neo4j_server.Server(tmp_path / "own", memory="400m", cache="64m")
    server.imported(shlex.split(command)[1:], tmp_path / "files")
    server.start()
    try:
        own = Home(server.uri, neo4j_server.USER, neo4j_server.PASSWORD, server)
        assert digest(own.rows) == digest(home.rows, "case")
        ids = own.rows("MATCH ()-[r:ON]->() UNWIND r.event_ids AS id RETURN DISTINCT id")
        assert {"id": "forged\x1f\x1eid"} in ids
        assert own.rows("MATCH (n:Bucket {key: 'arn:aws:s3:::'}) RETURN n.name AS name") == [{"name": "arn:aws:s3:::"}]
        loaded = graphtrail.open(case.folder).load(Address(own.uri, own.user, own.password), "case")
        assert loaded.batches == 0
        assert len(own.rows("SHOW CONSTRAINTS")) > 30
    finally:
        server.stop()
