# Containers, and for generated secrets a first value that exists only in memory and in Secrets Manager: an ephemeral resource
# and a write-only argument leave nothing in the plan or the state.

resource "aws_secretsmanager_secret" "this" {
  for_each = merge(var.provided, var.generated)

  name                    = "${var.prefix}/${each.key}"
  description             = each.value
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days
}

ephemeral "aws_secretsmanager_random_password" "generated" {
  for_each = var.generated

  # ElastiCache takes 16 to 128 printable characters, and not all punctuation.
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "generated" {
  for_each = var.generated

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.generated[each.key].random_password
  secret_string_wo_version = var.generated_version
}
