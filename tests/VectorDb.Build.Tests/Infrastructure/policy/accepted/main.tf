# Each resource is named after the rule that it satisfies.

resource "aws_vpc_security_group_ingress_rule" "open_port" {
  security_group_id = "sg-0123456789abcdef0"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group" "inline_security_rules" {
  name   = "none-inside"
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_default_security_group" "default_group_open" {
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_subnet" "public_address" {
  vpc_id     = "vpc-0123456789abcdef0"
  cidr_block = "10.0.0.0/24"
}

resource "aws_lb_listener" "plain_listener" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/0123456789abcdef"
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "old_tls" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/0123456789abcdef"
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  certificate_arn   = "arn:aws:acm:us-east-1:123456789012:certificate/0"

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/0123456789abcdef"
  }
}

resource "aws_lb" "balancer_hardening" {
  name                       = "hardened"
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  subnets                    = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]

  access_logs {
    bucket  = "logs"
    enabled = true
  }
}

resource "aws_lb" "balancer_zones" {
  name                       = "zones"
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "defensive"
  subnets                    = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]

  access_logs {
    bucket  = "logs"
    enabled = true
  }
}

resource "aws_lb_target_group" "slow_start_with_least_outstanding" {
  name                          = "gentle"
  port                          = 80
  protocol                      = "HTTP"
  vpc_id                        = "vpc-0123456789abcdef0"
  load_balancing_algorithm_type = "least_outstanding_requests"
}

resource "aws_rds_cluster" "unencrypted_database" {
  cluster_identifier          = "encrypted"
  engine                      = "aurora-postgresql"
  master_username             = "postgres"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 7
}

resource "aws_elasticache_replication_group" "unencrypted_cache" {
  replication_group_id       = "encrypted"
  description                = "encrypted"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  snapshot_retention_limit   = 1
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  user_group_ids             = ["people"]
}

resource "aws_elasticache_replication_group" "cache_without_login" {
  replication_group_id       = "login"
  description                = "login"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  snapshot_retention_limit   = 1
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  user_group_ids             = ["people"]
}

resource "aws_launch_template" "unencrypted_disk" {
  name = "disk"

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted = true
    }
  }
}

resource "aws_dynamodb_table" "unencrypted_table" {
  name         = "encrypted"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  attribute {
    name = "pk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}

resource "aws_ecr_repository" "unencrypted_registry" {
  name                 = "encrypted"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
  }
}

resource "aws_kms_key" "key_without_rotation" {
  enable_key_rotation = true
}

resource "aws_secretsmanager_secret_version" "secret_in_state" {
  secret_id                = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-123456"
  secret_string_wo         = "never stored"
  secret_string_wo_version = 1
}

resource "aws_s3_bucket" "bucket_incomplete" {
  bucket = "complete"
}

resource "aws_s3_bucket_policy" "bucket_incomplete" {
  bucket = "complete"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket_public_access_block" "bucket_incomplete" {
  bucket              = "complete"
  block_public_acls   = true
  block_public_policy = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "bucket_incomplete" {
  bucket = "complete"

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_versioning" "bucket_incomplete" {
  bucket = "complete"

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_launch_template" "metadata_v1" {
  name = "metadata"

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
}

resource "aws_launch_template" "floating_image" {
  name     = "image"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
}

resource "aws_launch_template" "ssh_key" {
  name = "no-key"

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
}

resource "aws_launch_template" "user_data_size" {
  name      = "small"
  user_data = base64encode(join("", [for _ in range(16) : join("", [for _ in range(1024) : "x"])]))

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
}

resource "aws_autoscaling_group" "refresh_in_terraform" {
  name                = "rolled-out"
  min_size            = 0
  max_size            = 1
  vpc_zone_identifier = ["subnet-0123456789abcdef0"]

  launch_template {
    id = "lt-0123456789abcdef0"
  }

  instance_maintenance_policy {
    min_healthy_percentage = 100
    max_healthy_percentage = 150
  }
}

resource "aws_autoscaling_group" "group_replacement" {
  name                = "believing"
  min_size            = 0
  max_size            = 1
  vpc_zone_identifier = ["subnet-0123456789abcdef0"]
  target_group_arns   = ["arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/0123456789abcdef"]
  health_check_type   = "ELB"

  launch_template {
    id = "lt-0123456789abcdef0"
  }

  instance_maintenance_policy {
    min_healthy_percentage = 100
    max_healthy_percentage = 150
  }
}

resource "aws_iam_policy" "wildcard_action" {
  name = "named"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::a/*" }]
  })
}

resource "aws_iam_policy" "unbounded_pass_role" {
  name = "bounded"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = "arn:aws:iam::123456789012:role/vectordb-a-web" }]
  })
}

resource "aws_sns_topic_policy" "public_principal" {
  arn = "arn:aws:sns:us-east-1:123456789012:a"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "cloudwatch.amazonaws.com" }, Action = "sns:Publish", Resource = "*" }]
  })
}

resource "aws_iam_role" "open_federation" {
  name = "exact"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:owner/name:environment:production"
        }
      }
    }]
  })
}

resource "aws_iam_role" "access_key" {
  name = "taken"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_dynamodb_table" "table_recovery" {
  name         = "recoverable"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  attribute {
    name = "pk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}

resource "aws_rds_cluster" "database_backup" {
  cluster_identifier          = "kept"
  engine                      = "aurora-postgresql"
  master_username             = "postgres"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 14
}

resource "aws_elasticache_replication_group" "cache_single_node" {
  replication_group_id       = "two"
  description                = "two"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  snapshot_retention_limit   = 1
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  user_group_ids             = ["people"]
}

resource "aws_ecr_repository" "mutable_images" {
  name                 = "immutable"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
  }
}

resource "aws_ecr_lifecycle_policy" "expiring_releases" {
  repository = "a"
  policy = jsonencode({
    rules = [{ rulePriority = 1, selection = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }, action = { type = "expire" } }]
  })
}

resource "aws_vpc" "missing_tags" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_cloudwatch_log_group" "endless_logs" {
  name              = "ending"
  retention_in_days = 30
}

resource "aws_cloudwatch_metric_alarm" "silent_alarm" {
  alarm_name          = "loud"
  alarm_description   = "What to do"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  threshold           = 90
  alarm_actions       = ["arn:aws:sns:us-east-1:123456789012:a"]
}

resource "aws_cloudwatch_metric_alarm" "alarm_without_runbook" {
  alarm_name          = "described"
  alarm_description   = "What to do"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  threshold           = 90
  alarm_actions       = ["arn:aws:sns:us-east-1:123456789012:a"]
}
