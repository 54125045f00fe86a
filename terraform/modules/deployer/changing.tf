# What deploying changes: each action on the environment's own resources where AWS lets them be named, and in its region where not.
# What the foundation holds (key, registry, secrets, these roles) is Bootstrap's, so no action here makes or removes it.

locals {
  regional         = "${var.region}:${var.account}"
  state_bucket_arn = "arn:${var.partition}:s3:::${var.state_bucket}"
  service_buckets  = [for use in ["access-logs", "files"] : "arn:${var.partition}:s3:::${var.name}-${use}-${var.account}"]
  parameters       = ["arn:${var.partition}:ssm:${local.regional}:parameter${var.parameter_path}", "arn:${var.partition}:ssm:${local.regional}:parameter${var.parameter_path}/*"]
  profiles         = ["web", "worker"]
  groups           = [for profile in local.profiles : "arn:${var.partition}:autoscaling:${local.regional}:autoScalingGroup:*:autoScalingGroupName/${var.name}-${profile}"]
  balancer         = "arn:${var.partition}:elasticloadbalancing:${local.regional}:loadbalancer/app/${var.name}/*"
  certificates     = "arn:${var.partition}:acm:${local.regional}:certificate/*"
  backup_plans     = "arn:${var.partition}:backup:${local.regional}:backup-plan:*"
  service_state    = "${local.state_bucket_arn}/service.tfstate"
  in_region        = { StringEquals = { "aws:RequestedRegion" = var.region } }
  # What is made has no tag yet. What is there already must not be another environment's.
  nobody_elses   = { StringEqualsIfExists = { "aws:ResourceTag/Environment" = var.environment } }
  of_environment = { StringEquals = { "aws:ResourceTag/Environment" = var.environment } }
  # For what is tagged by the same call, or was there before it: nobody's becomes the environment's, another environment's does not.
  claimed = merge({ StringEquals = { "aws:RequestTag/Environment" = var.environment } }, local.nobody_elses)

  makes_network = [
    "AllocateAddress", "CreateFlowLogs", "CreateInternetGateway", "CreateLaunchTemplate", "CreateNatGateway", "CreateRouteTable", "CreateSecurityGroup",
    "CreateSubnet", "CreateVpc", "CreateVpcEndpoint",
  ]
  changes_rules = [for action in [
    "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress",
    "UpdateSecurityGroupRuleDescriptionsEgress", "UpdateSecurityGroupRuleDescriptionsIngress",
  ] : "ec2:${action}"]

  # Recovery points of a table have its name in theirs; those of Aurora, and of DynamoDB with AWS Backup's advanced features, only a number.
  named_copies    = "arn:${var.partition}:dynamodb:${local.regional}:table/${var.name}-tasks/backup/*"
  numbered_copies = ["arn:${var.partition}:rds:${local.regional}:cluster-snapshot:awsbackup:*", "arn:${var.partition}:backup:${local.regional}:recovery-point:*"]

  policies = {
    network = [
      # What is made has no tag yet, but the VPC or subnet that it is made in has.
      { Sid = "Make", Effect = "Allow", Resource = "*", Condition = merge(local.in_region, local.nobody_elses), Action = [for action in local.makes_network : "ec2:${action}"] },
      # Without these conditions whoever tags could make anything the environment's, and so change it. Instances count too: Auto
      # Scaling asks whether its caller could start and tag them.
      { Sid = "TagMade", Effect = "Allow", Resource = "*", Condition = { StringEquals = { "ec2:CreateAction" = concat(local.makes_network, ["RunInstances"]), "aws:RequestTag/Environment" = var.environment } }, Action = ["ec2:CreateTags"] },
      # A VPC brings its default group, and Terraform tags each rule in a second call: both are there before they have a tag.
      { Sid = "TagFound", Effect = "Allow", Resource = [for kind in ["security-group", "security-group-rule"] : "arn:${var.partition}:ec2:${local.regional}:${kind}/*"], Condition = local.claimed, Action = ["ec2:CreateTags"] },
      { Sid = "Change", Effect = "Allow", Resource = "*", Condition = local.of_environment, Action = [for action in [
        "AssociateRouteTable", "AttachInternetGateway", "CreateLaunchTemplateVersion", "CreateRoute", "CreateTags", "DeleteFlowLogs", "DeleteInternetGateway",
        "DeleteLaunchTemplate", "DeleteNatGateway", "DeleteRoute", "DeleteRouteTable", "DeleteSecurityGroup", "DeleteSubnet", "DeleteTags", "DeleteVpc",
        "DeleteVpcEndpoints", "DetachInternetGateway", "DisassociateAddress", "DisassociateRouteTable", "ModifySubnetAttribute", "ModifyVpcAttribute",
        "ModifyVpcEndpoint", "ReleaseAddress", "ReplaceRoute",
      ] : "ec2:${action}"] },
      # The interface that holds an address is the gateway's and has no tag; the address itself has.
      { Sid = "AddressHolders", Effect = "Allow", Resource = "arn:${var.partition}:ec2:${local.regional}:network-interface/*", Action = ["ec2:DisassociateAddress"] },
      { Sid = "Groups", Effect = "Allow", Resource = "arn:${var.partition}:ec2:${local.regional}:security-group/*", Condition = local.of_environment, Action = local.changes_rules },
      # EC2 asks for group and rule both. A rule has no tag when it is made, and cannot be reached but through its group.
      { Sid = "Rules", Effect = "Allow", Resource = "arn:${var.partition}:ec2:${local.regional}:security-group-rule/*", Action = local.changes_rules },
    ]

    compute = concat([
      { Sid = "Groups", Effect = "Allow", Resource = local.groups, Action = [for action in [
        "CancelInstanceRefresh", "CompleteLifecycleAction", "CreateAutoScalingGroup", "CreateOrUpdateTags", "DeleteAutoScalingGroup", "DeleteLifecycleHook", "DeletePolicy", "DeleteTags",
        "DisableMetricsCollection", "EnableMetricsCollection", "PutLifecycleHook", "PutScalingPolicy",
        "StartInstanceRefresh", "UpdateAutoScalingGroup",
      ] : "autoscaling:${action}"] },
      # Auto Scaling asks whether its caller could start the template's instances itself: of a template, in a subnet and with a group
      # that have the environment's tag. Image and instance, disk and interface have none.
      { Sid = "Templates", Effect = "Allow", Resource = "*", Condition = merge(local.in_region, local.nobody_elses), Action = ["ec2:RunInstances"] },
      { Sid = "Balancer", Effect = "Allow", Resource = [for name in ["loadbalancer/app/${var.name}", "listener/app/${var.name}", "targetgroup/${var.name}-web"] : "arn:${var.partition}:elasticloadbalancing:${local.regional}:${name}/*"], Action = [for action in [
        "AddTags", "CreateListener", "CreateLoadBalancer", "CreateTargetGroup", "DeleteListener", "DeleteLoadBalancer", "DeleteTargetGroup", "ModifyListener",
        "ModifyListenerAttributes", "ModifyLoadBalancerAttributes", "ModifyTargetGroup", "ModifyTargetGroupAttributes", "RemoveTags", "SetSecurityGroups", "SetSubnets",
      ] : "elasticloadbalancing:${action}"] },
      # AWS WAF asks the balancer's service too. That keeps other balancers out of reach, for AWS documents DisassociateWebACL on any
      # resource. The older elasticloadbalancing:SetWebACL would do in place of both actions, but for every balancer of the account.
      { Sid = "FirewallOfBalancer", Effect = "Allow", Resource = local.balancer, Action = ["elasticloadbalancing:CreateWebACLAssociation", "elasticloadbalancing:DeleteWebACLAssociation"] },
      { Sid = "Firewall", Effect = "Allow", Resource = ["arn:${var.partition}:wafv2:${local.regional}:regional/webacl/${var.name}/*", "arn:${var.partition}:wafv2:${local.regional}:regional/managedruleset/*/*", local.balancer],
      Action = [for action in ["AssociateWebACL", "CreateWebACL", "DeleteWebACL", "TagResource", "UntagResource", "UpdateWebACL"] : "wafv2:${action}"] },
      { Sid = "FirewallAway", Effect = "Allow", Resource = "*", Condition = local.in_region, Action = ["wafv2:DisassociateWebACL"] },
      { Sid = "RequestCertificates", Effect = "Allow", Resource = "*", Condition = { StringEquals = merge(local.in_region.StringEquals, local.claimed.StringEquals) }, Action = ["acm:RequestCertificate"] },
      { Sid = "TagCertificates", Effect = "Allow", Resource = local.certificates, Condition = local.claimed, Action = ["acm:AddTagsToCertificate"] },
      { Sid = "Certificates", Effect = "Allow", Resource = local.certificates, Condition = local.of_environment, Action = ["acm:DeleteCertificate"] },
      ], var.hosted_zone_id == null ? [] : [
      { Sid = "Names", Effect = "Allow", Resource = "arn:${var.partition}:route53:::hostedzone/${var.hosted_zone_id}", Action = ["route53:ChangeResourceRecordSets"] },
    ])

    # Names in full, but for a number that AWS or a count puts there: of two environments, prod and prod-eu, one's name begins the other's.
    data = [
      { Sid = "Cache", Effect = "Allow", Resource = [for name in ["cluster:${var.name}-00?", "parametergroup:${var.name}-valkey?", "replicationgroup:${var.name}", "snapshot:${var.name}-final", "subnetgroup:${var.name}", "user:${var.name}-application", "usergroup:${var.name}"] : "arn:${var.partition}:elasticache:${local.regional}:${name}"], Action = [for action in [
        "AddTagsToResource", "CreateCacheParameterGroup", "CreateCacheSubnetGroup", "CreateReplicationGroup", "CreateUser", "CreateUserGroup", "DecreaseReplicaCount",
        "DeleteCacheParameterGroup", "DeleteCacheSubnetGroup", "DeleteReplicationGroup", "DeleteUser", "DeleteUserGroup", "IncreaseReplicaCount",
        "ModifyCacheParameterGroup", "ModifyCacheSubnetGroup", "ModifyReplicationGroup", "ModifyUser", "ModifyUserGroup", "RemoveTagsFromResource",
      ] : "elasticache:${action}"] },
      { Sid = "Database", Effect = "Allow", Resource = [for name in ["cluster:${var.name}", "cluster-pg:${var.name}-aurora-postgresql??", "cluster-snapshot:${var.name}-final", "db:${var.name}-?", "db:${var.name}-1?", "subgrp:${var.name}"] : "arn:${var.partition}:rds:${local.regional}:${name}"], Action = [for action in [
        "AddTagsToResource", "CreateDBCluster", "CreateDBClusterParameterGroup", "CreateDBClusterSnapshot", "CreateDBInstance", "CreateDBSubnetGroup", "DeleteDBCluster",
        "DeleteDBClusterParameterGroup", "DeleteDBInstance", "DeleteDBSubnetGroup", "ModifyDBCluster", "ModifyDBClusterParameterGroup", "ModifyDBInstance",
        "ModifyDBSubnetGroup", "RemoveTagsFromResource",
      ] : "rds:${action}"] },
      # Groups that AWS makes stand in for those that nobody names, and RDS asks for them like for any other.
      { Sid = "DatabaseDefaults", Effect = "Allow", Resource = [for kind in ["og", "pg"] : "arn:${var.partition}:rds:${local.regional}:${kind}:default*"], Action = [for action in ["CreateDBCluster", "CreateDBInstance", "ModifyDBCluster", "ModifyDBInstance"] : "rds:${action}"] },
      { Sid = "DatabaseSecret", Effect = "Allow", Resource = "arn:${var.partition}:secretsmanager:${local.regional}:secret:rds!cluster-*", Action = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"] },
      { Sid = "Tables", Effect = "Allow", Resource = "arn:${var.partition}:dynamodb:${local.regional}:table/${var.name}-tasks", Action = [for action in [
        "CreateTable", "DeleteTable", "TagResource", "UntagResource", "UpdateContinuousBackups", "UpdateTable", "UpdateTimeToLive",
      ] : "dynamodb:${action}"] },
      { Sid = "Buckets", Effect = "Allow", Resource = local.service_buckets, Action = [for action in [
        "CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketTagging",
        "PutBucketVersioning", "PutEncryptionConfiguration", "PutLifecycleConfiguration",
      ] : "s3:${action}"] },
      { Sid = "BackupVault", Effect = "Allow", Resource = "arn:${var.partition}:backup:${local.regional}:backup-vault:${var.name}", Action = [for action in ["CreateBackupVault", "DeleteBackupVault", "TagResource", "UntagResource"] : "backup:${action}"] },
      # AWS names a plan by an id of its own.
      { Sid = "MakeBackupPlan", Effect = "Allow", Resource = local.backup_plans, Condition = local.claimed, Action = ["backup:CreateBackupPlan", "backup:TagResource"] },
      { Sid = "BackupPlan", Effect = "Allow", Resource = local.backup_plans, Condition = local.of_environment, Action = [for action in [
        "CreateBackupSelection", "DeleteBackupPlan", "DeleteBackupSelection", "TagResource", "UntagResource", "UpdateBackupPlan",
      ] : "backup:${action}"] },
      { Sid = "BackupStorage", Effect = "Allow", Resource = "*", Condition = local.in_region, Action = ["backup-storage:MountCapsule"] },
      { Sid = "Encrypt", Effect = "Allow", Resource = var.kms_key_arn, Action = ["kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:RetireGrant"] },
      # A service gives itself the use of the key for what it encrypts. The deployer gives it to nobody.
      { Sid = "EncryptLater", Effect = "Allow", Resource = var.kms_key_arn, Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }, Action = ["kms:CreateGrant"] },
    ]

    identity = [
      # With the boundary alone: a role made by a deployer can do no more than an instance.
      { Sid = "BoundedRoles", Effect = "Allow", Resource = local.service_roles, Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }, Action = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"] },
      { Sid = "Roles", Effect = "Allow", Resource = local.service_roles, Action = [for action in ["DeleteRole", "DeleteRolePolicy", "TagRole", "UntagRole", "UpdateRole"] : "iam:${action}"] },
      { Sid = "Profiles", Effect = "Allow", Resource = [for profile in local.profiles : "arn:${var.partition}:iam::${var.account}:instance-profile/${var.name}-${profile}"], Action = [for action in ["AddRoleToInstanceProfile", "CreateInstanceProfile", "DeleteInstanceProfile", "RemoveRoleFromInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile"] : "iam:${action}"] },
      { Sid = "Pass", Effect = "Allow", Resource = concat(local.service_roles, ["arn:${var.partition}:iam::${var.account}:role/${var.name}-backup"]), Condition = { StringEquals = { "iam:PassedToService" = ["backup.amazonaws.com", "ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"] } }, Action = ["iam:PassRole"] },
      # The first load balancer, group, database, cache or backup of an account has its service make itself a role, in its caller's name.
      { Sid = "ServiceLinkedRoles", Effect = "Allow", Resource = [for service in local.linked_services : "arn:${var.partition}:iam::${var.account}:role/aws-service-role/${service}/*"], Condition = { StringEquals = { "iam:AWSServiceName" = local.linked_services } }, Action = ["iam:CreateServiceLinkedRole"] },
    ]

    watching = [
      { Sid = "Logs", Effect = "Allow", Resource = [for group in ["/vectordb/${var.environment}/*", "/aws/rds/cluster/${var.name}/*"] : "arn:${var.partition}:logs:${local.regional}:log-group:${group}"], Action = [for action in ["AssociateKmsKey", "CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "TagResource", "UntagResource"] : "logs:${action}"] },
      { Sid = "LogDelivery", Effect = "Allow", Resource = "*", Condition = local.in_region, Action = ["logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"] },
      # There are many, and what the name leaves open the tag says. A dashboard has none.
      { Sid = "Alarms", Effect = "Allow", Resource = "arn:${var.partition}:cloudwatch:${local.regional}:alarm:${var.name}-*", Condition = local.nobody_elses, Action = [for action in ["DeleteAlarms", "PutMetricAlarm", "TagResource", "UntagResource"] : "cloudwatch:${action}"] },
      { Sid = "Dashboards", Effect = "Allow", Resource = [for dashboard in ["service", "workers", "data"] : "arn:${var.partition}:cloudwatch::${var.account}:dashboard/${var.name}-${dashboard}"], Action = ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"] },
      { Sid = "Topic", Effect = "Allow", Resource = [for topic in ["alarms", "alarms:*", "cache", "cache:*"] : "arn:${var.partition}:sns:${local.regional}:${var.name}-${topic}"], Action = [for action in ["CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", "TagResource", "Unsubscribe", "UntagResource"] : "sns:${action}"] },
      { Sid = "Budget", Effect = "Allow", Resource = "arn:${var.partition}:budgets::${var.account}:budget/${var.name}", Action = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"] },
      { Sid = "Parameters", Effect = "Allow", Resource = [for folder in ["runtime", "service"] : "arn:${var.partition}:ssm:${local.regional}:parameter${var.parameter_path}/${folder}/*"], Action = ["ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:PutParameter", "ssm:RemoveTagsFromResource"] },
    ]

    publishing = [
      { Sid = "Login", Effect = "Allow", Resource = "*", Action = ["ecr:GetAuthorizationToken"] },
      { Sid = "Push", Effect = "Allow", Resource = "arn:${var.partition}:ecr:${local.regional}:repository/${var.repository_root}/*", Action = [for action in ["BatchCheckLayerAvailability", "CompleteLayerUpload", "GetDownloadUrlForLayer", "InitiateLayerUpload", "PutImage", "StartImageScan", "UploadLayerPart"] : "ecr:${action}"] },
    ]

    release = [
      { Sid = "Bundles", Effect = "Allow", Resource = "${var.release_bucket_arn}/*", Action = ["s3:DeleteObject", "s3:PutObject"] },
      # The foundation's state lies beside it, and is Bootstrap's.
      { Sid = "State", Effect = "Allow", Resource = local.service_state, Action = ["s3:PutObject"] },
      { Sid = "LockAndLedger", Effect = "Allow", Resource = var.release_table_arn, Action = ["dynamodb:PutItem"] },
      { Sid = "Secrets", Effect = "Allow", Resource = [for name in ["redis-password", "smoke-api-key"] : "arn:${var.partition}:secretsmanager:${local.regional}:secret:${var.secret_prefix}/${name}-??????"], Action = ["secretsmanager:GetSecretValue"] },
    ]
  }

  # Only where an environment may be destroyed with all that is in it.
  emptying = { for name, statements in {
    emptying = [
      { Sid = "Buckets", Effect = "Allow", Resource = flatten([for bucket in local.service_buckets : [bucket, "${bucket}/*"]]), Action = [for action in ["DeleteObject", "DeleteObjectVersion", "ListBucketVersions"] : "s3:${action}"] },
      # A vault goes with its recovery points, and AWS asks for each of them, not for the vault. Where a number is all, the tag says whose it is.
      { Sid = "NamedCopies", Effect = "Allow", Resource = local.named_copies, Action = ["backup:DeleteRecoveryPoint"] },
      { Sid = "NumberedCopies", Effect = "Allow", Resource = local.numbered_copies, Condition = local.of_environment, Action = ["backup:DeleteRecoveryPoint"] },
      # Terraform looks until a copy is gone, and what is gone has no tag.
      { Sid = "CopiesLeft", Effect = "Allow", Resource = concat([local.named_copies], local.numbered_copies), Action = ["backup:DescribeRecoveryPoint"] },
    ]
  } : name => statements if !var.deletion_protection }

  linked_services = [for service in ["autoscaling", "backup", "elasticache", "elasticloadbalancing", "rds"] : "${service}.amazonaws.com"]

  # The roles that the service makes; the deployer's own, and the backup's, are not among them.
  service_roles = [for role in concat(["flow-logs"], local.profiles) : "arn:${var.partition}:iam::${var.account}:role/${var.name}-${role}"]
}

resource "aws_iam_policy" "changing" {
  for_each = merge(local.policies, local.emptying)

  name        = "${var.name}-${each.key}"
  description = "What a release of ${var.name} changes: ${each.key}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })

  lifecycle {
    postcondition {
      condition     = length(self.policy) <= 6144
      error_message = "A managed policy has at most 6,144 characters."
    }
  }
}

resource "aws_iam_role_policy_attachment" "reading" {
  for_each = aws_iam_role.this

  role       = each.value.name
  policy_arn = aws_iam_policy.reading.arn
}

resource "aws_iam_role_policy_attachment" "changing" {
  for_each = aws_iam_policy.changing

  role       = aws_iam_role.this["deployer"].name
  policy_arn = each.value.arn
}

resource "aws_iam_role_policy_attachment" "publishing" {
  role       = aws_iam_role.this["publisher"].name
  policy_arn = aws_iam_policy.changing["publishing"].arn
}
