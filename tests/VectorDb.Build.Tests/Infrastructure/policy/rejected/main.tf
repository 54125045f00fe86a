# Each resource is named after the rule that it breaks.

provider "aws" {
  alias                       = "untagged"
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

resource "aws_vpc_security_group_ingress_rule" "open_port" {
  security_group_id = "sg-0123456789abcdef0"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_security_group" "inline_security_rules" {
  name   = "inside"
  vpc_id = "vpc-0123456789abcdef0"

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8"]
  }
}

resource "aws_default_security_group" "default_group_open" {
  vpc_id = "vpc-0123456789abcdef0"

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_subnet" "public_address" {
  vpc_id                  = "vpc-0123456789abcdef0"
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = true
}

resource "aws_lb_listener" "plain_listener" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/0123456789abcdef"
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/0123456789abcdef"
  }
}

resource "aws_lb_listener" "old_tls" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/0123456789abcdef"
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-2016-08"
  certificate_arn   = "arn:aws:acm:us-east-1:123456789012:certificate/0"

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/0123456789abcdef"
  }
}

resource "aws_lb" "balancer_hardening" {
  name    = "soft"
  subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
}

resource "aws_lb" "balancer_zones" {
  name    = "one-zone"
  subnets = ["subnet-0123456789abcdef0"]
}

resource "aws_lb_target_group" "slow_start_with_least_outstanding" {
  name                          = "both"
  port                          = 80
  protocol                      = "HTTP"
  vpc_id                        = "vpc-0123456789abcdef0"
  load_balancing_algorithm_type = "least_outstanding_requests"
  slow_start                    = 30
}

resource "aws_rds_cluster" "unencrypted_database" {
  cluster_identifier          = "clear"
  engine                      = "aurora-postgresql"
  master_username             = "postgres"
  manage_master_user_password = true
  backup_retention_period     = 7
}

resource "aws_elasticache_replication_group" "unencrypted_cache" {
  replication_group_id = "clear"
  description          = "clear"
  node_type            = "cache.t4g.small"
  user_group_ids       = ["people"]
}

resource "aws_elasticache_replication_group" "cache_without_login" {
  replication_group_id       = "token"
  description                = "token"
  node_type                  = "cache.t4g.small"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = "a-token-that-lies-in-the-state"
}

resource "aws_launch_template" "unencrypted_disk" {
  name = "disk"

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size = 30
    }
  }
}

resource "aws_dynamodb_table" "unencrypted_table" {
  name         = "clear"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  attribute {
    name = "pk"
    type = "S"
  }
}

resource "aws_ecr_repository" "unencrypted_registry" {
  name = "clear"
}

resource "aws_kms_key" "key_without_rotation" {
  enable_key_rotation = false
}

resource "aws_secretsmanager_secret_version" "secret_in_state" {
  secret_id     = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-123456"
  secret_string = "stored"
}

resource "aws_s3_bucket" "bucket_incomplete" {
  bucket = "alone"
}

resource "aws_launch_template" "metadata_v1" {
  name = "metadata"
}

resource "aws_launch_template" "floating_image" {
  name     = "image"
  image_id = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_launch_template" "ssh_key" {
  name     = "key"
  key_name = "your-key-pair"
}

resource "aws_launch_template" "user_data_size" {
  name      = "large"
  user_data = base64encode(join("", [for _ in range(17) : join("", [for _ in range(1024) : "x"])]))
}

resource "aws_autoscaling_group" "refresh_in_terraform" {
  name                = "refreshed"
  min_size            = 0
  max_size            = 1
  vpc_zone_identifier = ["subnet-0123456789abcdef0"]

  launch_template {
    id = "lt-0123456789abcdef0"
  }

  instance_refresh {
    strategy = "Rolling"
  }
}

resource "aws_autoscaling_group" "group_replacement" {
  name                = "unbelieving"
  min_size            = 0
  max_size            = 1
  vpc_zone_identifier = ["subnet-0123456789abcdef0"]
  target_group_arns   = ["arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/0123456789abcdef"]

  launch_template {
    id = "lt-0123456789abcdef0"
  }
}

resource "aws_iam_policy" "wildcard_action" {
  name = "wild"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:*"], Resource = "arn:aws:s3:::a/*" }]
  })
}

resource "aws_iam_policy" "unbounded_pass_role" {
  name = "unbounded"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = "*" }]
  })
}

resource "aws_sns_topic_policy" "public_principal" {
  arn = "arn:aws:sns:us-east-1:123456789012:a"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sns:Publish", Resource = "*" }]
  })
}

resource "aws_iam_role" "open_federation" {
  name = "open"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:owner/*" } }
    }]
  })
}

resource "aws_iam_user" "access_key" {
  name = "for-ever"
}

resource "aws_dynamodb_table" "table_recovery" {
  name         = "lost"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  attribute {
    name = "pk"
    type = "S"
  }
}

resource "aws_rds_cluster" "database_backup" {
  cluster_identifier          = "forgotten"
  engine                      = "aurora-postgresql"
  master_username             = "postgres"
  manage_master_user_password = true
  storage_encrypted           = true
  backup_retention_period     = 1
}

resource "aws_elasticache_replication_group" "cache_single_node" {
  replication_group_id = "one"
  description          = "one"
  node_type            = "cache.t4g.small"
}

resource "aws_ecr_repository" "mutable_images" {
  name = "mutable"
}

resource "aws_ecr_lifecycle_policy" "expiring_releases" {
  repository = "a"
  policy = jsonencode({
    rules = [{ rulePriority = 1, selection = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }, action = { type = "expire" } }]
  })
}

resource "aws_vpc" "missing_tags" {
  provider   = aws.untagged
  cidr_block = "10.0.0.0/16"
}

resource "aws_cloudwatch_log_group" "endless_logs" {
  name = "endless"
}

resource "aws_cloudwatch_metric_alarm" "silent_alarm" {
  alarm_name          = "silent"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  threshold           = 90
  alarm_actions       = []
}

resource "aws_cloudwatch_metric_alarm" "alarm_without_runbook" {
  alarm_name          = "undescribed"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  threshold           = 90
  alarm_actions       = ["arn:aws:sns:us-east-1:123456789012:a"]
}
