# The memory of the releases: manifests, ledger and bundles in a versioned bucket; lock and fencing tokens in a table.

module "bucket" {
  source = "../bucket"

  name                    = var.bucket
  kms_key_arn             = var.kms_key_arn
  force_destroy           = !var.deletion_protection
  noncurrent_version_days = 365
}

resource "aws_dynamodb_table" "releases" {
  name                        = "${var.name}-releases"
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
    type = "N"
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
