# Made here, and not by the first line that arrives, so that every group has a retention and a key.

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(var.names)

  name              = "/vectordb/${var.environment}/${each.key}"
  retention_in_days = var.retention_days
  kms_key_id        = var.kms_key_arn
}
