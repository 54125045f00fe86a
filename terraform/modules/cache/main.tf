# The queue's store: one primary, one replica, one shard (Hangfire does not speak cluster mode).

resource "aws_security_group" "this" {
  name        = "${var.name}-cache"
  description = "The cache of ${var.name}"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-cache" }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.client_security_groups

  security_group_id            = aws_security_group.this.id
  description                  = "Redis protocol from ${each.key} instances"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-valkey8"
  family      = "valkey8"
  description = "Queue of ${var.name}: a full cache refuses writes instead of forgetting jobs"

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

# Made locked (off, no command): the release sets its password from Secrets Manager and switches it on, because a password given
# here would lie in the state. Clients that give a password alone log in as the user called default.
resource "aws_elasticache_user" "application" {
  user_id       = "${var.name}-application"
  user_name     = "default"
  engine        = "redis"
  access_string = "off ~* -@all"

  authentication_mode {
    type = "no-password-required"
  }

  lifecycle {
    ignore_changes = [access_string, authentication_mode]
  }
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = "redis"
  user_ids      = [aws_elasticache_user.application.user_id]
}

resource "aws_cloudwatch_log_group" "slow" {
  name              = "/vectordb/${var.environment}/cache-slow-log"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = var.name
  description                = "Queue of ${var.name}"
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = var.node_type
  num_cache_clusters         = var.nodes
  port                       = 6379
  parameter_group_name       = aws_elasticache_parameter_group.this.name
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  automatic_failover_enabled = var.nodes > 1
  multi_az_enabled           = var.nodes > 1
  transit_encryption_enabled = true
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  user_group_ids             = [aws_elasticache_user_group.this.user_group_id]
  snapshot_retention_limit   = var.snapshot_days
  snapshot_window            = "02:00-03:00"
  maintenance_window         = "sun:03:30-sun:04:30"
  auto_minor_version_upgrade = true
  notification_topic_arn     = var.topic_arn
  # A plan is read and approved: what it says is done, and not left for the maintenance window as what every later plan says too.
  apply_immediately         = true
  final_snapshot_identifier = var.deletion_protection ? "${var.name}-final" : null

  log_delivery_configuration {
    destination      = aws_cloudwatch_log_group.slow.name
    destination_type = "cloudwatch-logs"
    log_format       = "json"
    log_type         = "slow-log"
  }

  lifecycle {
    # For the first apply. AWS raises the minor version in the maintenance window, and Terraform would replace the group to go back to
    # the one written here: the queue would be gone.
    ignore_changes = [engine_version]
  }
}
