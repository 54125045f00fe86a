locals {
  log_prefix = "alb"
}

module "access_logs" {
  source = "../bucket"

  name                    = "${var.name}-access-logs-${var.account}"
  force_destroy           = !var.deletion_protection
  noncurrent_version_days = 7
  expiration_days         = { "${local.log_prefix}/" = var.access_log_days }
  log_delivery_path       = "${local.log_prefix}/AWSLogs/${var.account}"
}

resource "aws_security_group" "this" {
  name        = "${var.name}-load-balancer"
  description = "The load balancer of ${var.name}"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-load-balancer" }
}

resource "aws_vpc_security_group_ingress_rule" "public" {
  for_each = { for pair in setproduct(var.client_cidrs, ["80", "443"]) : "${pair[0]}-${pair[1]}" => { cidr = pair[0], port = tonumber(pair[1]) } }

  security_group_id = aws_security_group.this.id
  description       = each.value.port == 443 ? "HTTPS from clients" : "HTTP from clients, redirected to HTTPS"
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = var.public_subnet_ids
  security_groups            = [aws_security_group.this.id]
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.deletion_protection
  # Below nginx's keep-alive of 75 s, so that the balancer and never nginx closes an idle connection first.
  idle_timeout = 60

  access_logs {
    bucket  = module.access_logs.name
    prefix  = local.log_prefix
    enabled = true
  }
}

resource "aws_lb_target_group" "web" {
  name                 = "${var.name}-web"
  vpc_id               = var.vpc_id
  port                 = var.target_port
  protocol             = "HTTP"
  target_type          = "instance"
  deregistration_delay = 30

  load_balancing_algorithm_type = "least_outstanding_requests"

  # Shallow on purpose: it answers for the process alone. Were it to include Redis or the database, their outage would have
  # the group terminate the whole fleet.
  health_check {
    path                = "/api/v1/health"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.this.arn
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
