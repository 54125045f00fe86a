# Who takes this role reads what the environment has proved, to release the same elsewhere: settings, ledger, manifests, images.

locals {
  regional = "${var.region}:${var.account}"
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-reader"
  description          = "Reads what ${var.name} has proved"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Promotion"
      Effect    = "Allow"
      Principal = { AWS = var.readers }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "proved"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Settings"
        Effect   = "Allow"
        Action   = ["ssm:GetParametersByPath"]
        Resource = ["arn:${var.partition}:ssm:${local.regional}:parameter${var.parameter_path}/settings", "arn:${var.partition}:ssm:${local.regional}:parameter${var.parameter_path}/settings/*"]
      },
      {
        Sid      = "Ledger"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = var.release_table_arn
      },
      {
        Sid      = "Manifests"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "${var.release_bucket_arn}/releases/*"
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.kms_key_arn
      },
      {
        Sid      = "Login"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = "*"
      },
      {
        Sid      = "Images"
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${var.partition}:ecr:${local.regional}:repository/${var.repository_root}/*"
      },
    ]
  })
}
