# The most that any role made by the deployer can do, whatever policy it is given: so deploying never means administering.
resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "Upper bound of every role that a release of ${var.name} makes"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Instances"
        Effect = "Allow"
        Action = [
          "autoscaling:CompleteLifecycleAction", "cloudwatch:PutMetricData",
          "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem",
          "dynamodb:Query", "dynamodb:UpdateItem", "ecr:BatchCheckLayerAvailability",
          "ec2:DescribeTags", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "kms:Decrypt", "kms:GenerateDataKey",
          "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents", "s3:AbortMultipartUpload", "s3:DeleteObject",
          "s3:GetObject", "s3:ListBucket", "s3:PutObject", "ssm:GetParametersByPath", "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ]
        Resource = "*"
      },
      {
        Sid    = "Secrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:${var.secret_prefix}/*",
          "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:rds!cluster-*",
        ]
      },
    ]
  })
}
