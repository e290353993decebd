"""Buckets and objects of S3, as requests, hosts and ``resources[]`` of all forms name them."""

import pytest
from records import touched

from graphtrail.events.resources.forms import bucket_of_host, bucket_of_prefix, copied_from


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("b.s3.amazonaws.com", "b"),
        ("my.s3.bucket.s3.eu-west-1.amazonaws.com", "my.s3.bucket"),
        ("b.s3-us-west-2.amazonaws.com", "b"),
        ("b.s3.dualstack.us-west-2.amazonaws.com:443", "b"),
        ("b.s3-accelerate.amazonaws.com", "b"),
        ("b.s3-accelerate.dualstack.amazonaws.com", "b"),
        ("b.s3-website-us-east-1.amazonaws.com", "b"),
        ("b.s3-website.eu-central-1.amazonaws.com", "b"),
        ("b.s3-fips.us-gov-west-1.amazonaws.com", "b"),
        ("b.s3.cn-north-1.amazonaws.com.cn", "b"),
        ("b.s3.us-iso-east-1.c2s.ic.gov", "b"),
        ("b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", "b--use1-az4--x-s3"),
        ("b.bucket.vpce-0123-4567.s3.us-east-1.vpce.amazonaws.com", "b"),
        ("s3.amazonaws.com", None),
        ("s3.dualstack.us-west-2.amazonaws.com", None),
        ("111122223333.s3-control.us-east-1.amazonaws.com", None),
        ("ap-111122223333.s3-accesspoint.us-east-1.amazonaws.com", None),
        ("b.example.com", None),
        ("", None),
    ],
)
def test_the_bucket_of_a_host(host: str, bucket: str | None):
    assert bucket_of_host(host) == bucket


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"Host": "b.s3.eu-west-1.amazonaws.com", "key": "a//b %2F"}, ["arn:aws:s3:::b", "arn:aws:s3:::b/a//b %2F"]),
        ({"Host": "other.s3.amazonaws.com", "bucketName": "b"}, ["arn:aws:s3:::b"]),
        ({"Host": "s3.eu-west-1.amazonaws.com"}, ["scope:s3:eu-central-1:111122223333"]),
        ({"BucketName": "b", "Key": "k"}, ["arn:aws:s3:::b", "arn:aws:s3:::b/k"]),
        ({"bucketName": ["b"], "key": ["k"]}, ["arn:aws:s3:::b", "arn:aws:s3:::b/k"]),
    ],
)
def test_a_bucket_is_named_by_a_parameter_else_by_the_host(fields: dict[str, object], named: list[str]):
    assert touched("s3", "GetObject", requestParameters=fields) == dict.fromkeys(named, "target")


def test_the_key_that_is_copied_from_is_read_as_s3_reads_it():
    request = {"bucketName": "b", "key": "k", "x-amz-copy-source": "from%2Fsome%20key%252F?versionId=x"}
    assert touched("s3", "CopyObject", requestParameters=request) == {
        "arn:aws:s3:::b": "target",
        "arn:aws:s3:::b/k": "target",
        "arn:aws:s3:::from/some key%2F": "source",
    }
    assert copied_from("/from/plain") == "from/plain"


def test_a_prefix_stands_for_its_bucket():
    only = [{"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::b/"}]
    assert touched("s3", "ListObjects", resources=only) == {"arn:aws:s3:::b": "target"}
    assert bucket_of_prefix("arn:aws:s3:::b/a/c*") == "arn:aws:s3:::b"
    directory = "arn:aws:s3express:us-west-2:111122223333:bucket/b--usw2-az1--x-s3"
    assert bucket_of_prefix(f"{directory}/a") == directory


@pytest.mark.parametrize("source", ["vault/gold", "jewels/crown"])
def test_what_was_copied_is_told_from_the_copy_where_the_record_lists_both(source: str):
    copy, copied = "arn:aws:s3:::jewels/crown", f"arn:aws:s3:::{source}"
    listed = [
        {"type": "AWS::S3::Object", "ARN": copy},
        {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::jewels", "accountId": "111122223333"},
    ] + ([{"type": "AWS::S3::Object", "ARN": copied}] if copied != copy else [])
    request = {"bucketName": "jewels", "key": "crown", "x-amz-copy-source": source}
    found = touched("s3", "CopyObject", requestParameters=request, resources=listed)
    assert found == {copied: "source", copy: "created", "arn:aws:s3:::jewels": "target"}
