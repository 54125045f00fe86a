# Made with the foundation, by an administrator: what AWS Backup needs is far more than the deployer may hand to a role.

resource "aws_iam_role" "this" {
  name        = "${var.name}-backup"
  description = "Lets AWS Backup copy the data of ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])

  role       = aws_iam_role.this.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/service-role/${each.key}"
}
