# The most that any role made by the deployer can do, whatever policy it is given: so deploying never means administering, and no role
# of a release reaches what another environment of the account has of its own. Environments that share the account's registry share
# trust all the same: who may push for one of them decides what the others' next releases run (docs/production.md).
locals {
  logs  = "arn:${var.partition}:logs:${local.regional}:log-group:/vectordb/${var.environment}/*"
  files = "arn:${var.partition}:s3:::${var.name}-files-${var.account}"
  tasks = "arn:${var.partition}:dynamodb:${local.regional}:table/${var.name}-tasks"
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "Upper bound of every role that a release of ${var.name} makes"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # AWS gives these no resource, or asks for every group's.
        Sid    = "Account"
        Effect = "Allow"
        Action = [
          "cloudwatch:PutMetricData", "ec2:DescribeTags", "ecr:GetAuthorizationToken", "logs:DescribeLogGroups", "secretsmanager:BatchGetSecretValue",
          "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ]
        Resource = "*"
      },
      {
        Sid      = "Groups"
        Effect   = "Allow"
        Action   = ["autoscaling:CompleteLifecycleAction"]
        Resource = local.groups
      },
      {
        Sid      = "Images"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${var.partition}:ecr:${local.regional}:repository/${var.repository_root}/*"
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.kms_key_arn
      },
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = local.logs
      },
      {
        Sid    = "Tasks"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
        ]
        Resource = [local.tasks, "${local.tasks}/index/*"]
      },
      {
        Sid      = "Bundles"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "${var.release_bucket_arn}/bundles/*"
      },
      {
        Sid      = "Files"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = "${local.files}/*"
      },
      {
        Sid      = "FileList"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = local.files
      },
      {
        Sid      = "Settings"
        Effect   = "Allow"
        Action   = ["ssm:GetParametersByPath"]
        Resource = [for path in ["runtime", "runtime/*"] : "arn:${var.partition}:ssm:${local.regional}:parameter${var.parameter_path}/${path}"]
      },
      {
        # AWS names a database's secret; the key above is what keeps that of another environment closed.
        Sid    = "Secrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          "arn:${var.partition}:secretsmanager:${local.regional}:secret:${var.secret_prefix}/*",
          "arn:${var.partition}:secretsmanager:${local.regional}:secret:rds!cluster-*",
        ]
      },
    ]
  })

  lifecycle {
    postcondition {
      condition     = length(self.policy) <= 6144
      error_message = "A managed policy has at most 6,144 characters."
    }
  }
}
