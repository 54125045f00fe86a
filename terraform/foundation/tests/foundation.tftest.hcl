# Logic alone, module by module: AWS is mocked. The whole foundation is applied for real against the emulator.

mock_provider "aws" {
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mock" }
  }
}

variables {
  name                    = "vectordb-test"
  environment             = "test"
  account                 = "123456789012"
  region                  = "eu-central-1"
  partition               = "aws"
  kms_key_arn             = "arn:aws:kms:eu-central-1:123456789012:key/mock"
  state_bucket            = "vectordb-test-state"
  release_bucket_arn      = "arn:aws:s3:::vectordb-test-releases"
  release_table_arn       = "arn:aws:dynamodb:eu-central-1:123456789012:table/vectordb-test-releases"
  repository_root         = "vectordb-api"
  secret_prefix           = "vectordb/test"
  parameter_path          = "/vectordb/test"
  hosted_zone_id          = null
  deletion_protection     = true
  principals              = []
  github_subjects         = ["repo:owner/name:environment:test"]
  github_plan_subjects    = ["repo:owner/name:pull_request"]
  github_publish_subjects = ["repo:owner/name:environment:test-images"]
  manage_github_provider  = true
  promotion_roles         = []
}

run "github_gets_in_with_exact_subject_and_audience_only" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = jsondecode(aws_iam_role.this["deployer"].assume_role_policy).Statement[0].Condition.StringEquals == {
      "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
      "token.actions.githubusercontent.com:sub" = ["repo:owner/name:environment:test"]
    }
    error_message = "Only jobs of the named environment may deploy."
  }

  assert {
    condition     = contains(jsondecode(aws_iam_role.this["planner"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"], "repo:owner/name:pull_request")
    error_message = "Pull requests may plan."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["publisher"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:owner/name:environment:test-images"]
    error_message = "Only jobs of the environment for images may push."
  }
}

run "the_named_people_take_every_role" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    principals = ["arn:aws:iam::123456789012:role/operators"]
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Principal.AWS == ["arn:aws:iam::123456789012:role/operators"]])
    error_message = "Who may deploy by hand may plan and push by hand."
  }
}

run "a_role_for_which_nobody_is_named_is_taken_by_nobody" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    github_plan_subjects    = []
    github_publish_subjects = []
  }

  assert {
    condition = { for key, role in aws_iam_role.this : key => [for statement in jsondecode(role.assume_role_policy).Statement : "${statement.Effect} ${statement.Action}"] } == {
      deployer  = ["Allow sts:AssumeRoleWithWebIdentity"]
      planner   = ["Allow sts:AssumeRoleWithWebIdentity"]
      publisher = ["Deny sts:AssumeRole"]
    }
    error_message = "Not even by whoever may take any role of the account; jobs that deploy may plan."
  }
}

run "a_deployer_may_empty_buckets_only_where_an_environment_may_go_with_its_data" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    deletion_protection = false
  }

  assert {
    condition     = strcontains(aws_iam_policy.changing["emptying"].policy, "s3:DeleteObjectVersion")
    error_message = "Without them Terraform cannot remove a bucket that has objects."
  }
}

run "a_deployer_may_remove_copies_of_its_own_environment_with_their_vault" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    deletion_protection = false
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_policy.changing["emptying"].policy).Statement : jsonencode(statement.Resource) => try(statement.Condition, null) if contains(statement.Action, "backup:DeleteRecoveryPoint") } == {
      jsonencode("arn:aws:dynamodb:eu-central-1:123456789012:table/vectordb-test-tasks/backup/*") = null
      jsonencode(["arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:awsbackup:*", "arn:aws:backup:eu-central-1:123456789012:recovery-point:*"]) = {
        StringEquals = { "aws:ResourceTag/Environment" = "test" }
      }
    }
    error_message = "A copy's name or its tag says whose it is."
  }

  assert {
    condition = alltrue([for arn in [
      "arn:aws:dynamodb:eu-central-1:123456789012:table/vectordb-test-tasks/backup/*", "arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:awsbackup:*",
      "arn:aws:backup:eu-central-1:123456789012:recovery-point:*",
      ] : anytrue([for statement in jsondecode(aws_iam_policy.changing["emptying"].policy).Statement :
        contains(statement.Action, "backup:DescribeRecoveryPoint") && contains(flatten([statement.Resource]), arn) && !can(statement.Condition)
    ])])
    error_message = "Terraform looks until a copy is gone, and what is gone has no tag."
  }
}

run "a_deployer_may_not_remove_what_is_protected" {
  command = apply

  module {
    source = "../modules/deployer"
  }

  assert {
    condition     = alltrue([for policy in aws_iam_policy.changing : !strcontains(policy.policy, "s3:DeleteObjectVersion") && !strcontains(policy.policy, "DeleteRecoveryPoint")])
    error_message = "What is stored in a protected environment outlives it."
  }

  assert {
    condition     = !strcontains(aws_iam_policy.changing["data"].policy, "s3:DeleteObject")
    error_message = "What is stored in a protected environment outlives it."
  }
}

run "a_release_writes_no_state_but_its_own" {
  command = apply

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = { for statement in concat(flatten([for policy in aws_iam_policy.changing : jsondecode(policy.policy).Statement]), jsondecode(aws_iam_policy.reading.policy).Statement) :
      jsonencode(statement.Resource) => statement.Action if strcontains(jsonencode(statement.Resource), "vectordb-test-state/") && length(setintersection(statement.Action, ["s3:DeleteObject", "s3:PutObject"])) > 0
      } == {
      jsonencode("arn:aws:s3:::vectordb-test-state/service.tfstate")        = ["s3:PutObject"]
      jsonencode("arn:aws:s3:::vectordb-test-state/service.tfstate.tflock") = ["s3:DeleteObject", "s3:PutObject"]
    }
    error_message = "With the foundation's state a deployer could have Bootstrap do what it may not do itself."
  }
}

run "who_pushes_images_may_have_an_old_one_scanned_anew" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_policy.changing["publishing"].policy).Statement : statement.Resource if contains(statement.Action, "ecr:StartImageScan")] == ["arn:aws:ecr:eu-central-1:123456789012:repository/vectordb-api/*"]
    error_message = "A scan of the day of the push says nothing of what became known since."
  }
}

run "a_plan_reads_logs_and_images_of_the_product_only" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_policy.reading.policy).Statement : jsonencode(statement.Action) => statement.Resource if contains(statement.Action, "logs:FilterLogEvents") || strcontains(jsonencode(statement.Action), "ecr:") } == {
      jsonencode(["logs:FilterLogEvents"])                                                     = "arn:aws:logs:eu-central-1:123456789012:log-group:/vectordb/test/*"
      jsonencode(["ecr:BatchGetImage", "ecr:DescribeImageScanFindings", "ecr:DescribeImages"]) = "arn:aws:ecr:eu-central-1:123456789012:repository/vectordb-api/*"
    }
    error_message = "A pull request's plan has no business with anything else in the account."
  }

  assert {
    condition     = !anytrue([for action in flatten(jsondecode(aws_iam_policy.reading.policy).Statement[*].Action) : can(regex("^logs:(GetLogEvents|GetLogRecord|StartQuery|StartLiveTail|Unmask)", action))])
    error_message = "Nor any other way to read logs."
  }
}

run "the_first_release_of_an_account_may_have_the_services_make_their_roles" {
  command = apply

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.changing["identity"].policy).Statement : statement if contains(statement.Action, "iam:CreateServiceLinkedRole")] == [{
      Sid       = "ServiceLinkedRoles"
      Effect    = "Allow"
      Action    = ["iam:CreateServiceLinkedRole"]
      Resource  = [for service in ["autoscaling", "backup", "elasticache", "elasticloadbalancing", "rds"] : "arn:aws:iam::123456789012:role/aws-service-role/${service}.amazonaws.com/*"]
      Condition = { StringEquals = { "iam:AWSServiceName" = [for service in ["autoscaling", "backup", "elasticache", "elasticloadbalancing", "rds"] : "${service}.amazonaws.com"] } }
    }]
    error_message = "Each by its own service, and no other."
  }
}

run "a_database_may_use_the_groups_that_aws_makes" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = alltrue([for action in ["rds:CreateDBCluster", "rds:CreateDBInstance", "rds:ModifyDBInstance"] : alltrue([for kind in ["og", "pg"] : anytrue([
      for statement in jsondecode(aws_iam_policy.changing["data"].policy).Statement : contains(statement.Action, action) && contains(flatten([statement.Resource]), "arn:aws:rds:eu-central-1:123456789012:${kind}:default*")
    ])])])
    error_message = "RDS asks for the option and parameter groups that nobody named."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_policy.changing["data"].policy).Statement : !contains(statement.Action, "rds:DeleteDBInstance") || !strcontains(jsonencode(statement.Resource), "default")])
    error_message = "They are used, never changed."
  }
}

run "a_backup_vault_may_be_made_with_the_key" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = alltrue([for action in ["kms:CreateGrant", "kms:GenerateDataKey", "kms:RetireGrant"] : anytrue([
      for statement in jsondecode(aws_iam_policy.changing["data"].policy).Statement : contains(statement.Action, action) && statement.Resource == var.kms_key_arn
    ])])
    error_message = "AWS Backup asks for them in its caller's name."
  }
}

run "a_rule_changes_with_a_group_of_the_environment_only" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = alltrue([for action in ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"] : {
      for statement in jsondecode(aws_iam_policy.changing["network"].policy).Statement : statement.Resource => try(statement.Condition, null) if contains(statement.Action, "ec2:${action}")
      } == {
      "arn:aws:ec2:eu-central-1:123456789012:security-group/*"      = { StringEquals = { "aws:ResourceTag/Environment" = "test" } }
      "arn:aws:ec2:eu-central-1:123456789012:security-group-rule/*" = null
    }])
    error_message = "A rule has no tag when it is made: its group is what tells whose it is."
  }
}

run "a_tag_brings_nothing_of_another_environment_within_reach" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_policy.changing["network"].policy).Statement : !contains(statement.Action, "ec2:CreateTags") || anytrue([
      try(statement.Condition.StringEquals["aws:ResourceTag/Environment"] == "test", false),
      try(statement.Condition.StringEquals["aws:RequestTag/Environment"] == "test" && length(statement.Condition.StringEquals["ec2:CreateAction"]) > 0, false),
      try(statement.Condition.StringEquals["aws:RequestTag/Environment"] == "test" && statement.Condition.StringEqualsIfExists["aws:ResourceTag/Environment"] == "test", false),
    ])])
    error_message = "Whoever may tag everything may change everything."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.changing["network"].policy).Statement : statement.Resource if contains(statement.Action, "ec2:CreateTags") && can(statement.Condition.StringEqualsIfExists)] == [[
      "arn:aws:ec2:eu-central-1:123456789012:security-group/*", "arn:aws:ec2:eu-central-1:123456789012:security-group-rule/*",
    ]]
    error_message = "Nothing else is there before Terraform tags it."
  }
}

run "what_exists_is_changed_where_it_has_the_tag_of_the_environment_only" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = alltrue([for action in ["AssociateRouteTable", "CreateRoute", "DeleteFlowLogs", "DisassociateRouteTable", "ModifySubnetAttribute", "ModifyVpcAttribute"] : [
      for statement in jsondecode(aws_iam_policy.changing["network"].policy).Statement : statement.Condition if contains(statement.Action, "ec2:${action}")
    ] == [{ StringEquals = { "aws:ResourceTag/Environment" = "test" } }]])
    error_message = "Their resources have tags, and these are asked."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.changing["network"].policy).Statement : statement.Condition if contains(statement.Action, "ec2:CreateSubnet")] == [{
      StringEquals         = { "aws:RequestedRegion" = "eu-central-1" }
      StringEqualsIfExists = { "aws:ResourceTag/Environment" = "test" }
    }]
    error_message = "Nothing is made inside another environment."
  }

  assert {
    condition = alltrue([for statement in concat(jsondecode(aws_iam_policy.changing["compute"].policy).Statement, jsondecode(aws_iam_policy.changing["data"].policy).Statement) : try(statement.Condition.StringEquals["aws:ResourceTag/Environment"] == "test", false)
    if anytrue([for action in ["acm:DeleteCertificate", "backup:DeleteBackupPlan", "backup:UpdateBackupPlan"] : contains(statement.Action, action)])])
    error_message = "Certificates and backup plans have ids of their own, so the tag says whose they are."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_policy.changing["data"].policy).Statement : statement.Resource if contains(statement.Action, "backup:DeleteBackupVault")] == ["arn:aws:backup:eu-central-1:123456789012:backup-vault:vectordb-test"]
    error_message = "A vault has the name of the environment."
  }
}

run "without_a_zone_no_name_is_changed" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition     = !strcontains(aws_iam_policy.changing["compute"].policy, "route53:")
    error_message = "Its DNS is kept elsewhere."
  }
}

run "names_change_in_the_zone_of_the_environment_only" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    hosted_zone_id = "Z0123456789ABC"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_policy.changing["compute"].policy).Statement : statement.Resource if contains(statement.Action, "route53:ChangeResourceRecordSets")] == ["arn:aws:route53:::hostedzone/Z0123456789ABC"]
    error_message = "Every other zone is somebody else's."
  }
}

run "a_zone_is_one_zone" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    hosted_zone_id = "*"
  }

  expect_failures = [var.hosted_zone_id]
}

run "a_role_of_a_release_reaches_no_other_environment" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Sid if contains(flatten([statement.Resource]), "*")] == ["Account"]
    error_message = "Only what AWS gives no resource to is allowed on any."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : alltrue([for resource in flatten([statement.Resource]) : anytrue([
      for own in ["vectordb-test-", "vectordb/test/", "vectordb-api/", var.kms_key_arn] : strcontains(resource, own)
    ])]) if !contains(["Account", "Secrets"], statement.Sid)])
    error_message = "Buckets, tables, groups, logs, settings and key are those of the environment."
  }

  assert {
    condition     = alltrue([for action in flatten(jsondecode(aws_iam_policy.boundary.policy).Statement[*].Action) : !startswith(action, "iam:") && !startswith(action, "sts:")])
    error_message = "An instance gives nobody a right."
  }
}

run "who_may_take_a_role_of_the_service_is_settled_when_it_is_made" {
  command = apply

  module {
    source = "../modules/deployer"
  }

  assert {
    condition     = !strcontains(aws_iam_policy.changing["identity"].policy, "iam:UpdateAssumeRolePolicy")
    error_message = "No release changes it."
  }
}

run "a_longer_name_that_begins_alike_belongs_to_another_environment" {
  command = apply

  module {
    source = "../modules/deployer"
  }

  assert {
    condition     = alltrue([for policy in aws_iam_policy.changing : !can(regex("vectordb-test[^-/:\"]", policy.policy))])
    error_message = "vectordb-test* would be vectordb-testing too."
  }
}

run "a_name_that_goes_on_behind_a_hyphen_belongs_to_another_environment" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    deletion_protection = false
    release_bucket_arn  = "arn:aws:s3:::vectordb-test-releases-123456789012"
  }

  assert {
    condition = alltrue([for arn in [
      "arn:aws:elasticache:eu-central-1:123456789012:cluster:vectordb-test-eu-001", "arn:aws:elasticache:eu-central-1:123456789012:parametergroup:vectordb-test-eu-valkey8",
      "arn:aws:elasticache:eu-central-1:123456789012:snapshot:vectordb-test-eu-final", "arn:aws:elasticache:eu-central-1:123456789012:user:vectordb-test-eu-application",
      "arn:aws:rds:eu-central-1:123456789012:cluster-pg:vectordb-test-eu-aurora-postgresql17", "arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:vectordb-test-eu-final",
      "arn:aws:rds:eu-central-1:123456789012:db:vectordb-test-eu-1", "arn:aws:rds:eu-central-1:123456789012:db:vectordb-test-1-1",
      "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:vectordb-test-eu-latency", "arn:aws:cloudwatch::123456789012:dashboard/vectordb-test-eu-service",
      "arn:aws:s3:::vectordb-test-eu-files-123456789012", "arn:aws:s3:::vectordb-test-eu-state-123456789012", "arn:aws:iam::123456789012:role/vectordb-test-eu-web",
      "arn:aws:sns:eu-central-1:123456789012:vectordb-test-eu-alarms", "arn:aws:dynamodb:eu-central-1:123456789012:table/vectordb-test-eu-tasks",
      "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:0:autoScalingGroupName/vectordb-test-eu-web",
      "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/vectordb-test-eu-web/0", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:vectordb/test-eu/api-keys-000000",
      "arn:aws:ssm:eu-central-1:123456789012:parameter/vectordb/test-eu/runtime/a", "arn:aws:logs:eu-central-1:123456789012:log-group:/vectordb/test-eu/api",
      ] : alltrue([for statement in concat([for policy in concat(values(aws_iam_policy.changing), [aws_iam_policy.boundary, aws_iam_policy.reading]) : jsondecode(policy.policy).Statement]...) : alltrue([
        for resource in flatten([statement.Resource]) : resource == "*" || !can(regex("^${replace(replace(resource, "*", ".*"), "?", ".")}$", arn)) || try(statement.Condition.StringEqualsIfExists["aws:ResourceTag/Environment"] == "test", false)
    ])])])
    error_message = "vectordb-test-* would be what vectordb-test-eu has, too; where a name is not all, the tag says whose it is."
  }
}

run "a_machine_starts_in_no_other_environment" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.changing["compute"].policy).Statement : statement.Condition if contains(statement.Action, "ec2:RunInstances")] == [{
      StringEquals         = { "aws:RequestedRegion" = "eu-central-1" }
      StringEqualsIfExists = { "aws:ResourceTag/Environment" = "test" }
    }]
    error_message = "Its subnet, group and template have the tag of their environment."
  }
}

run "only_a_service_gives_itself_the_use_of_the_key" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.changing["data"].policy).Statement : { may = statement.Action, where = statement.Condition } if contains(statement.Action, "kms:CreateGrant")] == [{
      may   = ["kms:CreateGrant"]
      where = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
    }]
    error_message = "A grant to anybody else would outlive the deployer's session."
  }
}

run "the_policies_of_the_longest_name_fit" {
  command = apply

  module {
    source = "../modules/deployer"
  }

  variables {
    name                = "vectordb-sixteen-letters1"
    environment         = "sixteen-letters1"
    region              = "ap-southeast-1"
    partition           = "aws-us-gov"
    state_bucket        = "vectordb-sixteen-letters1-state-123456789012"
    secret_prefix       = "vectordb/sixteen-letters1"
    parameter_path      = "/vectordb/sixteen-letters1"
    hosted_zone_id      = "Z0123456789ABCDEFGHIJ"
    deletion_protection = false
  }

  assert {
    condition     = alltrue([for policy in concat(values(aws_iam_policy.changing)[*].policy, [aws_iam_policy.boundary.policy, aws_iam_policy.reading.policy]) : length(policy) <= 6144])
    error_message = "A managed policy has at most 6,144 characters."
  }
}

run "a_subject_with_a_wildcard_is_refused" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    github_subjects = ["repo:owner/*"]
  }

  expect_failures = [var.github_subjects]
}

run "a_pull_request_may_not_push_what_a_deploy_would_trust" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    github_publish_subjects = ["repo:owner/name:pull_request"]
  }

  expect_failures = [var.github_publish_subjects]
}

run "a_person_is_named_by_an_arn" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    principals = ["*"]
  }

  expect_failures = [var.principals]
}

run "an_existing_provider_for_github_is_not_made_twice" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    manage_github_provider = false
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account holds one provider."
  }
}

run "deployer_and_planner_may_read_what_another_environment_has_proved" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    promotion_roles = ["arn:aws:iam::210987654321:role/vectordb-staging-reader"]
  }

  assert {
    condition     = alltrue([for role in ["deployer", "planner"] : jsondecode(aws_iam_role_policy.promotion[role].policy).Statement[0].Resource == ["arn:aws:iam::210987654321:role/vectordb-staging-reader"]])
    error_message = "A plan shows the images that the promotion will bring, so the planner reads them too."
  }

  assert {
    condition     = !contains(keys(aws_iam_role_policy.promotion), "publisher")
    error_message = "Who only pushes promotes nothing."
  }
}

run "without_a_promotion_nobody_may_take_another_role" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition     = length(aws_iam_role_policy.promotion) == 0
    error_message = "Nothing is promoted to this environment."
  }
}

run "a_promotion_takes_no_role_but_a_reader" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  variables {
    promotion_roles = ["arn:aws:iam::210987654321:role/administrator"]
  }

  expect_failures = [var.promotion_roles]
}

run "a_reader_reads_and_changes_nothing" {
  command = plan

  module {
    source = "../modules/reader"
  }

  variables {
    readers = ["arn:aws:iam::210987654321:role/vectordb-production-deployer"]
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal.AWS == ["arn:aws:iam::210987654321:role/vectordb-production-deployer"]
    error_message = "Nobody else takes it."
  }

  assert {
    condition     = alltrue([for action in flatten(jsondecode(aws_iam_role_policy.this.policy).Statement[*].Action) : can(regex(":(Get|BatchGet|Query|Decrypt)", action))])
    error_message = "What is proved is read, never written."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : !strcontains(jsonencode(statement.Action), "secretsmanager")])
    error_message = "A promotion takes no secret along."
  }
}

run "a_reader_is_taken_by_roles_alone" {
  command = plan

  module {
    source = "../modules/reader"
  }

  variables {
    readers = ["*"]
  }

  expect_failures = [var.readers]
}

run "images_expire_only_when_no_tag_names_them" {
  command = plan

  module {
    source = "../modules/registry"
  }

  variables {
    repositories        = ["vectordb-api/app"]
    untagged_image_days = 14
    force_delete        = false
  }

  assert {
    condition     = [for rule in jsondecode(aws_ecr_lifecycle_policy.this["vectordb-api/app"].policy).rules : rule.selection.tagStatus] == ["untagged"]
    error_message = "A tagged image may be the one that a rollback needs."
  }
}

run "alarms_and_budgets_publish_encrypted_and_the_cache_in_the_clear" {
  command = apply

  module {
    source = "../modules/notifications"
  }

  variables {
    emails = ["operations@example.org"]
  }

  override_resource {
    target = aws_sns_topic.this
    values = { arn = "arn:aws:sns:eu-central-1:123456789012:vectordb-test-alarms" }
  }

  override_resource {
    target = aws_sns_topic.cache
    values = { arn = "arn:aws:sns:eu-central-1:123456789012:vectordb-test-cache" }
  }

  assert {
    condition = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn && jsondecode(aws_sns_topic_policy.this.policy).Statement == [{
      Sid       = "Publishers"
      Effect    = "Allow"
      Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }]
    error_message = "Each in the name of this account only."
  }

  assert {
    condition = aws_sns_topic.cache.kms_master_key_id == null && [for statement in jsondecode(aws_sns_topic_policy.cache.policy).Statement : statement.Condition] == [
      { StringEquals = { "aws:SourceOwner" = "123456789012" } },
    ]
    error_message = "ElastiCache publishes to no encrypted topic, and only where its owner is asked for."
  }

  assert {
    condition     = alltrue([for topic in [aws_sns_topic.this, aws_sns_topic.cache] : contains([for subscription in concat(values(aws_sns_topic_subscription.email), values(aws_sns_topic_subscription.cache_email)) : subscription.topic_arn], topic.arn)])
    error_message = "Somebody is told of both."
  }
}

run "those_who_publish_alarms_may_use_the_key" {
  command = plan

  module {
    source = "../modules/encryption"
  }

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this.policy).Statement : { who = statement.Principal, may = statement.Action, where = statement.Condition } if statement.Sid == "AlarmNotifications"] == [{
      who   = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
      may   = ["kms:Decrypt", "kms:GenerateDataKey"]
      where = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }]
    error_message = "SNS encrypts in the name of who publishes."
  }
}

run "a_deployer_puts_a_firewall_before_its_own_balancer_alone" {
  command = plan

  module {
    source = "../modules/deployer"
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_policy.changing["compute"].policy).Statement : jsonencode(statement.Action) => statement.Resource if strcontains(jsonencode(statement.Action), "elasticloadbalancing:") && strcontains(jsonencode(statement.Action), "WebACL") } == {
      jsonencode(["elasticloadbalancing:CreateWebACLAssociation", "elasticloadbalancing:DeleteWebACLAssociation"]) = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/vectordb-test/*"
    }
    error_message = "AWS WAF asks the balancer's service too whether its caller may associate; SetWebACL would be for every balancer."
  }

  assert {
    condition     = strcontains(aws_iam_policy.reading.policy, "elasticloadbalancing:GetLoadBalancerWebACL")
    error_message = "A plan looks whether the firewall is associated."
  }
}
