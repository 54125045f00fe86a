# A launch template and the group that runs it. Terraform publishes numbered template versions and never moves a group to
# one: the rollout does, because only it waits, watches and takes back.

locals {
  full_name = "${var.name}-${var.profile}"
}

resource "aws_launch_template" "this" {
  name                   = local.full_name
  description            = "Instances of ${local.full_name}"
  image_id               = var.image_id
  instance_type          = var.instance_type
  user_data              = var.user_data_base64
  vpc_security_group_ids = [var.security_group_id]
  ebs_optimized          = true

  iam_instance_profile {
    arn = var.instance_profile_arn
  }

  # Containers on a bridge are one hop further away than the host.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
    instance_metadata_tags      = "enabled"
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.disk_gigabytes
      encrypted             = true
      delete_on_termination = true
    }
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]

    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, { Name = local.full_name, Profile = var.profile })
    }
  }

  lifecycle {
    precondition {
      condition     = length(base64decode(var.user_data_base64)) <= 16384
      error_message = "EC2 takes at most 16,384 bytes of user data."
    }
  }
}

resource "aws_autoscaling_group" "this" {
  name                      = local.full_name
  vpc_zone_identifier       = var.subnet_ids
  target_group_arns         = var.target_group_arns
  min_size                  = 0
  max_size                  = var.maximum
  desired_capacity          = 0
  health_check_type         = length(var.target_group_arns) > 0 ? "ELB" : "EC2"
  health_check_grace_period = var.boot_seconds
  default_instance_warmup   = var.warmup_seconds
  max_instance_lifetime     = 30 * 24 * 60 * 60
  capacity_rebalance        = false
  # What a cancelled rollout leaves beside the old instances goes first; age is bounded by the lifetime above.
  termination_policies      = ["NewestInstance"]
  wait_for_capacity_timeout = "0"
  metrics_granularity       = "1Minute"
  enabled_metrics           = ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances", "GroupTerminatingInstances", "GroupTotalInstances"]

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  # New before old, also when AWS replaces an instance on its own account.
  instance_maintenance_policy {
    min_healthy_percentage = 100
    max_healthy_percentage = 150
  }

  dynamic "tag" {
    for_each = merge(var.tags, { Name = local.full_name, Profile = var.profile })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # The rollout owns these: the group is made empty and gets its first capacity with its first release. The maximum is one of them: lowered
    # alone, before the minimum, AWS refuses it.
    ignore_changes = [min_size, max_size, desired_capacity, launch_template[0].version]
  }
}

# The group is made at zero capacity, so that hooks of their own (which, unlike initial ones, can change later) miss no instance.
resource "aws_autoscaling_lifecycle_hook" "launching" {
  name                   = "boot"
  autoscaling_group_name = aws_autoscaling_group.this.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_LAUNCHING"
  heartbeat_timeout      = var.boot_seconds
  default_result         = "ABANDON"
}

resource "aws_autoscaling_lifecycle_hook" "terminating" {
  name                   = "drain"
  autoscaling_group_name = aws_autoscaling_group.this.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = var.drain_seconds
  default_result         = "CONTINUE"
}
