# Containers alone. Values come from people or from the build, past Terraform: nothing of them is in a plan or the state, and no
# version that a rotation has left behind is something to make again.

resource "aws_secretsmanager_secret" "this" {
  for_each = var.secrets

  name                    = "${var.prefix}/${each.key}"
  description             = each.value
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days
}

# Terraform made the first value once, and would put a new one in force when Secrets Manager has deleted that version.
removed {
  from = aws_secretsmanager_secret_version.generated

  lifecycle {
    destroy = false
  }
}
