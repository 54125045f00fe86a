resource "aws_autoscaling_policy" "cpu" {
  count = var.cpu_target == null ? 0 : 1

  name                   = "${local.full_name}-cpu"
  autoscaling_group_name = aws_autoscaling_group.this.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.cpu_target

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_policy" "requests" {
  count = var.requests_target == null ? 0 : 1

  name                   = "${local.full_name}-requests"
  autoscaling_group_name = aws_autoscaling_group.this.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.requests_target.per_minute

    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label         = var.requests_target.resource_label
    }
  }
}

resource "aws_autoscaling_policy" "backlog" {
  count = var.backlog_target == null ? 0 : 1

  name                   = "${local.full_name}-backlog"
  autoscaling_group_name = aws_autoscaling_group.this.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.backlog_target.per_instance

    # Written by the worker as an EMF log line.
    customized_metric_specification {
      namespace   = "VectorDb"
      metric_name = "BacklogPerInstance"
      statistic   = "Average"

      metric_dimension {
        name  = "Environment"
        value = var.backlog_target.environment
      }
    }
  }
}
