import pytest

from graphtrail import arn


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:s3:::bucket/a:b//c",
        "arn:aws-us-gov:iam::123456789012:user/path/name",
        "arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0",
        "arn:aws:s3:::bucket/line\nbreak",
    ],
)
def test_an_arn_reads_and_writes_back(text: str):
    assert str(arn.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "arn", "arn:aws:s3", "arn:aws:s3:::", "see arn:aws:s3:::bucket", "barn:aws:s3:::b"]
)
def test_what_only_holds_or_resembles_an_arn_is_none(text: str):
    assert arn.parse(text) is None


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eu-isoe-west-1", "aws-iso-e"),
        (None, "aws"),
    ],
)
def test_a_region_tells_its_partition(region: str | None, partition: str):
    assert arn.partition_of_region(region) == partition
