# Logic alone: AWS is mocked. The real apply is tested against the emulator.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }

  mock_data "aws_ssm_parameter" {
    defaults = { value = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
  }

  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }

  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/mock" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:mock" }
  }

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/mock" }
  }

  mock_resource "aws_rds_cluster" {
    defaults = {
      arn                = "arn:aws:rds:eu-central-1:123456789012:cluster:mock"
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!cluster-mock-abcdef", kms_key_id = "mock", secret_status = "active" }]
    }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/vectordb/mock" }
  }

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/mock/0123456789abcdef", arn_suffix = "app/mock/0123456789abcdef" }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/mock/0123456789abcdef", arn_suffix = "targetgroup/mock/0123456789abcdef" }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/mock/0" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/mock" }
  }
}

variables {
  environment     = "test"
  region          = "eu-central-1"
  domain_name     = "api.example.org"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0"
  image_id        = "ami-0123456789abcdef0"
  user_data_files = { web = "./tests/boot.sh", worker = "./tests/boot.sh" }
}

run "groups_start_empty_and_may_grow_to_their_maximum" {
  command = plan

  assert {
    condition     = output.groups.web.minimum == 2 && output.groups.web.maximum == 6 && output.groups.worker.minimum == 1
    error_message = "The rollout must learn the groups' bounds."
  }

  assert {
    condition     = module.web.group_name == "vectordb-test-web" && module.worker.group_name == "vectordb-test-worker"
    error_message = "The groups are named after environment and profile."
  }
}

run "a_given_certificate_needs_no_dns" {
  command = plan

  assert {
    condition     = length(aws_route53_record.service) == 0 && module.dns.certificate_arn == var.certificate_arn
    error_message = "With a certificate and no zone, no record is made."
  }
}

run "a_zone_brings_its_own_certificate_and_address" {
  command = plan

  variables {
    certificate_arn = null
    hosted_zone_id  = "Z0123456789ABC"
  }

  assert {
    condition     = length(aws_route53_record.service) == 1
    error_message = "The service's name must point at the load balancer."
  }
}

run "the_firewall_can_be_left_out" {
  command = plan

  variables {
    firewall = false
  }

  assert {
    condition     = length(module.firewall) == 0
    error_message = "Without firewall there is no web ACL."
  }
}

run "the_firewall_counts_what_records_and_programs_would_trip_and_blocks_the_rest" {
  command = plan

  module {
    source = "./modules/firewall"
  }

  variables {
    name                      = "vectordb-test"
    load_balancer_arn         = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/mock/0123456789abcdef"
    requests_per_five_minutes = 10000
  }

  assert {
    condition = { for rule in aws_wafv2_web_acl.this.rule : rule.name => toset([
      for override in rule.statement[0].managed_rule_group_statement[0].rule_action_override : override.name if length(override.action_to_use[0].count) == 1
      ]) if rule.name != "requests-per-address" } == {
      AWSManagedRulesAmazonIpReputationList = toset([])
      AWSManagedRulesCommonRuleSet = toset([
        "CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "NoUserAgent_HEADER", "SizeRestrictions_BODY",
      ])
      AWSManagedRulesKnownBadInputsRuleSet = toset(["JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"])
    }
    error_message = "A record may quote an attack, and a program need not say its name; an address, a path, a query or another header is not excused."
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : length(rule.override_action[0].none) == 1 if rule.name != "requests-per-address"])
    error_message = "No group of rules as a whole only counts."
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : alltrue([for override in try(rule.statement[0].managed_rule_group_statement[0].rule_action_override, []) : length(override.action_to_use[0].count) == 1])])
    error_message = "No rule is overridden to anything else."
  }
}

run "a_parameter_that_is_there_already_is_no_error" {
  command = plan

  module {
    source = "./modules/settings"
  }

  variables {
    path       = "/vectordb/test"
    parameters = { "service/name" = "value" }
  }

  assert {
    condition     = aws_ssm_parameter.this["service/name"].overwrite
    error_message = "The answer to its making may have been lost."
  }
}

run "what_was_approved_for_the_queue_is_not_left_for_the_maintenance_window" {
  command = plan

  module {
    source = "./modules/cache"
  }

  variables {
    name                   = "vectordb-test"
    vpc_id                 = "vpc-0"
    subnet_ids             = ["subnet-0", "subnet-1"]
    client_security_groups = {}
    node_type              = "cache.t4g.small"
    nodes                  = 2
    snapshot_days          = 7
    kms_key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/mock"
    topic_arn              = "arn:aws:sns:eu-central-1:123456789012:mock"
    log_retention_days     = 30
    deletion_protection    = true
  }

  assert {
    condition     = aws_elasticache_replication_group.this.apply_immediately
    error_message = "Every later plan would say the same again."
  }
}

run "what_was_approved_for_the_database_is_not_left_for_the_maintenance_window" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    name                   = "vectordb-test"
    vpc_id                 = "vpc-0"
    subnet_ids             = ["subnet-0", "subnet-1"]
    client_security_groups = {}
    engine_version         = "17"
    instances              = 2
    minimum_capacity       = 0.5
    maximum_capacity       = 8
    backup_days            = 14
    kms_key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/mock"
    log_retention_days     = 30
    deletion_protection    = true
  }

  assert {
    condition     = aws_rds_cluster.this.apply_immediately && alltrue([for instance in aws_rds_cluster_instance.this : instance.apply_immediately])
    error_message = "Every later plan would say the same again."
  }
}

run "the_network_has_its_zones_whatever_state_AWS_reports_of_them" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    name                 = "vectordb-test"
    environment          = "test"
    account              = "123456789012"
    region               = "eu-central-1"
    cidr                 = "10.0.0.0/16"
    zone_count           = 2
    nat                  = "per_zone"
    kms_key_arn          = "arn:aws:kms:eu-central-1:123456789012:key/mock"
    log_retention_days   = 30
    permissions_boundary = "arn:aws:iam::123456789012:policy/mock"
  }

  assert {
    condition     = data.aws_availability_zones.this.state == null && [for filter in data.aws_availability_zones.this.filter : filter.name] == ["opt-in-status"]
    error_message = "A zone that is impaired leaves the list, and its subnets the plan; a local zone has no place in it."
  }

  assert {
    condition     = keys(aws_subnet.private) == ["eu-central-1a", "eu-central-1b"]
    error_message = "The first zones are the network's."
  }
}

run "a_group_is_made_with_its_maximum" {
  command = apply

  module {
    source = "./modules/compute"
  }

  variables {
    name                 = "vectordb-test"
    profile              = "web"
    image_id             = "ami-0123456789abcdef0"
    instance_type        = "t3.large"
    user_data_base64     = "IyEvYmluL2Jhc2g="
    security_group_id    = "sg-0"
    instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/mock"
    subnet_ids           = ["subnet-0", "subnet-1"]
    maximum              = 12
    disk_gigabytes       = 30
    boot_seconds         = 600
    warmup_seconds       = 60
    drain_seconds        = 180
    tags                 = { Environment = "test" }
  }

  assert {
    condition     = aws_autoscaling_group.this.max_size == 12
    error_message = "The first release has room to grow."
  }
}

run "a_maximum_that_was_lowered_is_left_to_the_rollout_with_the_minimum" {
  command = plan

  module {
    source = "./modules/compute"
  }

  variables {
    name                 = "vectordb-test"
    profile              = "web"
    image_id             = "ami-0123456789abcdef0"
    instance_type        = "t3.large"
    user_data_base64     = "IyEvYmluL2Jhc2g="
    security_group_id    = "sg-0"
    instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/mock"
    subnet_ids           = ["subnet-0", "subnet-1"]
    maximum              = 4
    disk_gigabytes       = 30
    boot_seconds         = 600
    warmup_seconds       = 60
    drain_seconds        = 180
    tags                 = { Environment = "test" }
  }

  assert {
    condition     = aws_autoscaling_group.this.max_size == 12
    error_message = "AWS refuses a maximum below the minimum, which Terraform leaves alone: every apply would fail."
  }
}

run "alarms_end_when_there_are_few_requests_and_look_at_what_they_are_named_for" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    name             = "vectordb-test"
    environment      = "test"
    topic_arn        = "arn:aws:sns:eu-central-1:123456789012:mock"
    load_balancer    = "app/mock/0123456789abcdef"
    target_group     = "targetgroup/mock/0123456789abcdef"
    groups           = { web = "vectordb-test-web" }
    cache_nodes      = ["vectordb-test-001"]
    database_cluster = "vectordb-test"
    tasks_table      = "vectordb-test-tasks"
    tasks_index      = "gsi1"
    certificate_arn  = "arn:aws:acm:eu-central-1:123456789012:certificate/0"
    latency_seconds  = 1
    backlog          = 500
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => [alarm.evaluate_low_sample_count_percentiles, alarm.treat_missing_data, alarm.datapoints_to_alarm] if alarm.extended_statistic != null } == {
      latency = ["evaluate", "notBreaching", 5]
    }
    error_message = "An alarm that stays raised without traffic says nothing any more."
  }

  assert {
    condition     = output.rollout_alarms == ["vectordb-test-target-errors", "vectordb-test-balancer-errors", "vectordb-test-unhealthy-hosts"]
    error_message = "Uploads alone can raise the latency: it takes no release back."
  }

  assert {
    condition = alltrue([for name in ["database-cpu", "database-capacity"] :
      aws_cloudwatch_metric_alarm.this[name].dimensions == tomap({ DBClusterIdentifier = "vectordb-test", Role = "WRITER" })
    ])
    error_message = "An average over all instances hides a writer at its limit behind readers that idle."
  }

  assert {
    condition = join(" ", sort([for alarm in aws_cloudwatch_metric_alarm.this : "${alarm.metric_name}:${lookup(alarm.dimensions, "GlobalSecondaryIndexName", "table")}" if alarm.namespace == "AWS/DynamoDB"])) == (
      "ReadThrottleEvents:gsi1 ReadThrottleEvents:table WriteThrottleEvents:gsi1 WriteThrottleEvents:table"
    )
    error_message = "Reads and writes are refused at the table and at its index, each counted by itself."
  }
}

run "a_dashboard_names_the_load_balancer_and_every_node_of_the_cache" {
  command = plan

  module {
    source = "./modules/dashboards"
  }

  variables {
    name          = "vectordb-test"
    files         = { data = "./tests/dashboard.json" }
    load_balancer = "app/mock/0123456789abcdef"
    target_group  = "targetgroup/mock/0123456789abcdef"
    cache_nodes   = ["vectordb-test-001", "vectordb-test-002", "vectordb-test-003"]
  }

  assert {
    condition = jsondecode(aws_cloudwatch_dashboard.this["data"].dashboard_body) == jsondecode(jsonencode({ widgets = [
      { type = "alarm", properties = { alarms = ["queue-1", "queue-2", "queue-3", "other"] } },
      { type = "metric", properties = { metrics = [
        ["Cache", "Cpu", "Node", "vectordb-test-001"],
        ["Cache", "Cpu", "Node", "vectordb-test-002"],
        ["Cache", "Cpu", "Node", "vectordb-test-003"],
        ["Balancer", "Hosts", "LoadBalancer", "app/mock/0123456789abcdef", "TargetGroup", "targetgroup/mock/0123456789abcdef"],
      ] } },
      { type = "log", properties = { query = "fields @message" } },
    ] }))
    error_message = "CloudWatch finds a metric by the whole value of each dimension."
  }
}

run "the_marker_of_a_deletion_goes_with_the_last_version" {
  command = apply

  module {
    source = "./modules/bucket"
  }

  variables {
    name            = "vectordb-test-files"
    expiration_days = { "uploads/" = 31 }
  }

  assert {
    condition     = join(" ", [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id if try(rule.expiration[0].expired_object_delete_marker, null) == true]) == "leftovers"
    error_message = "Under a prefix that nothing expires the markers would stay for ever; and S3 refuses a rule that has days beside them."
  }

  assert {
    condition     = join(" ", [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : "${rule.filter[0].prefix} ${rule.expiration[0].days}" if rule.id != "leftovers"]) == "uploads/ 31"
    error_message = "Uploads expire after the days that were asked for."
  }
}

run "instances_read_their_own_secrets_only" {
  command = apply

  assert {
    condition = alltrue([for profile, identity in module.identity : alltrue([
      for statement in jsondecode(identity.policy).Statement : alltrue([for action in statement.Action : !strcontains(action, "*")])
    ])])
    error_message = "No policy of an instance allows a wildcard action."
  }

  assert {
    condition = !anytrue([for statement in jsondecode(module.identity["worker"].policy).Statement : anytrue([
      for resource in statement.Resource : strcontains(resource, "api-keys") || strcontains(resource, "smoke-api-key")
    ])])
    error_message = "The worker has no use for API keys."
  }

  assert {
    condition = alltrue([for statement in jsondecode(module.identity["web"].policy).Statement :
      contains(["RegistryLogin", "SecretsAtOnce", "HostMetrics", "OwnTags", "SessionManager"], statement.Sid) || !contains(statement.Resource, "*")
    ])
    error_message = "Only actions that AWS gives no resource to may have any."
  }
}

run "an_environment_has_a_short_lower_case_name" {
  command = plan

  variables {
    environment = "Production"
  }

  expect_failures = [var.environment]
}

run "an_environment_has_no_two_hyphens_in_a_row" {
  command = plan

  variables {
    environment = "a--b"
  }

  expect_failures = [var.environment]
}

run "there_is_no_service_without_a_certificate" {
  command = plan

  variables {
    certificate_arn = null
  }

  expect_failures = [var.certificate_arn]
}

run "an_image_is_a_literal_id" {
  command = plan

  variables {
    image_id = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
  }

  expect_failures = [var.image_id]
}

run "one_zone_is_no_high_availability" {
  command = plan

  variables {
    zone_count = 1
  }

  expect_failures = [var.zone_count]
}

run "a_boot_script_must_have_been_rendered" {
  command = plan

  variables {
    user_data_files = { web = "./tests/none.sh", worker = "./tests/none.sh" }
  }

  expect_failures = [var.user_data_files]
}

run "a_single_cache_node_is_refused" {
  command = plan

  variables {
    cache = { nodes = 1 }
  }

  expect_failures = [var.cache]
}
