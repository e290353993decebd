"""Whether log files are those that CloudTrail delivered, all of them and unchanged.

Every hour CloudTrail writes a digest file for each trail, account and Region: the SHA-256 of each log file that was
delivered in it, and hash and signature of the digest before. The signature of a digest itself is metadata of its object
in S3; a copy on disk has lost it, but the next digest states it: of a chain of copies only the newest is without.
Source: AWS CloudTrail User Guide, "Validating CloudTrail log file integrity", "CloudTrail digest file structure" and
"Custom implementations of CloudTrail log file integrity validation".
"""
