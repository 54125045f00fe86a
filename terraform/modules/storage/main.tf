# What the application keeps beside vectors: the ledger of tasks and chunks, and uploaded files.

resource "aws_dynamodb_table" "tasks" {
  name                        = "${var.name}-tasks"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "gsi1pk"
    type = "S"
  }

  attribute {
    name = "gsi1sk"
    type = "S"
  }

  # Tasks newest first, and by state.
  global_secondary_index {
    name            = "gsi1"
    hash_key        = "gsi1pk"
    range_key       = "gsi1sk"
    projection_type = "ALL"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
}

module "files" {
  source = "../bucket"

  name                    = "${var.name}-files-${var.account}"
  kms_key_arn             = var.kms_key_arn
  force_destroy           = !var.deletion_protection
  noncurrent_version_days = 30
  expiration_days         = { "uploads/" = var.upload_days }
}
