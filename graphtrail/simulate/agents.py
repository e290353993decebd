"""The texts of ``userAgent`` that each kind of caller sends."""

CLI = (
    "aws-cli/2.33.1 md/awscrt#0.29.2 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.11 md/pyimpl#CPython",
    "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/pyimpl#CPython",
    "aws-cli/2.28.0 md/awscrt#0.26.1 ua/2.1 os/windows#11 md/arch#amd64 lang/python#3.13.5 md/pyimpl#CPython",
)
FUNCTION = (
    "Boto3/1.42.30 md/Botocore#1.42.30 ua/2.1 os/linux#5.10.245 lang/python#3.13.11 exec-env/AWS_Lambda_python3.13",
    "aws-sdk-js/3.954.0 ua/2.1 os/linux#5.10.245 lang/js md/nodejs#22.20.0 exec-env/AWS_Lambda_nodejs22.x",
    "aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.25.5 md/GOARCH#arm64 exec-env/AWS_Lambda_provided.al2023",
)
SERVER = (
    "aws-sdk-go/1.55.8 (go1.24.6; linux; amd64) amazon-ssm-agent/3.3.1611.0",
    "aws-sdk-java/2.41.0 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.158 lang/java#21.0.9 md/vendor#Amazon.com_Inc.",
    "Boto3/1.42.12 md/Botocore#1.42.12 ua/2.1 os/linux#6.1.158 md/arch#aarch64 lang/python#3.12.12 md/pyimpl#CPython",
)
CONTAINER = (
    "aws-sdk-java/2.41.0 md/io#async md/http#NettyNio ua/2.1 os/Linux#5.10.245 lang/java#21 exec-env/AWS_ECS_FARGATE",
    "aws-sdk-js/3.954.0 ua/2.1 os/linux#5.10.245 lang/js md/nodejs#22.20.0 exec-env/AWS_ECS_FARGATE",
)
PIPELINE = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.14.3 (+https://www.terraform.io) terraform-provider-aws/6.27.0 lang/go#1.25.5",
    "aws-sdk-js/3.954.0 ua/2.1 os/linux#6.11.0 lang/js md/nodejs#20.19.6 configure-aws-credentials-for-github-actions",
)
SCRIPT = (
    "Boto3/1.40.55 md/Botocore#1.40.55 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.11.14 md/pyimpl#CPython",
    "aws-sdk-php/3.369.6 ua/2.1 os/Linux#6.8.0 lang/php#8.3.6 GuzzleHttp/7",
)
THIEF = (
    "aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.12.25-amd64 lang/python#3.13.4 md/distrib#kali.2025",
    "Boto3/1.38.36 md/Botocore#1.38.36 ua/2.1 os/linux#6.12.25 md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython",
)
