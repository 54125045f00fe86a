# Daily copies outside the services' own recovery, in a vault of their own.

resource "aws_backup_vault" "this" {
  name          = var.name
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.deletion_protection
}

resource "aws_backup_plan" "this" {
  name = var.name

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this.name
    schedule          = "cron(0 3 * * ? *)"
    start_window      = 60
    completion_window = 360

    # Who may delete a copy is asked by its tag; not every kind of resource hands its own on.
    recovery_point_tags = { Environment = var.environment }

    lifecycle {
      delete_after = var.retention_days
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = "data"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = var.role_arn
  resources    = var.resource_arns
}
