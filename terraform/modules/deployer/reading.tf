# What planning reads. Most of these actions take no resource, so they are named one by one instead. Found by recording every call
# that Terraform makes for the service (GET /moto-api/vectordb/calls of the emulator), and checked against them in the tests.

locals {
  reading = {
    acm         = ["DescribeCertificate", "ListTagsForCertificate"]
    autoscaling = ["DescribeAutoScalingGroups", "DescribeInstanceRefreshes", "DescribeLifecycleHooks", "DescribePolicies", "DescribeScalingActivities"]
    backup      = ["DescribeBackupVault", "GetBackupPlan", "GetBackupSelection", "ListRecoveryPointsByBackupVault", "ListTags"]
    budgets     = ["ListTagsForResource", "ViewBudget"]
    cloudwatch  = ["DescribeAlarms", "GetDashboard", "ListTagsForResource"]
    dynamodb    = ["DescribeContinuousBackups", "DescribeTable", "DescribeTimeToLive", "ListTagsOfResource"]
    ec2 = [
      "DescribeAddresses", "DescribeAddressesAttribute", "DescribeAvailabilityZones", "DescribeFlowLogs", "DescribeInternetGateways", "DescribeLaunchTemplateVersions", "DescribeLaunchTemplates", "DescribeNatGateways",
      "DescribeNetworkAcls", "DescribeNetworkInterfaces", "DescribePrefixLists", "DescribeRouteTables", "DescribeSecurityGroupRules",
      "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcAttribute", "DescribeVpcEndpoints", "DescribeVpcs",
    ]
    elasticache = [
      "DescribeCacheClusters", "DescribeCacheParameterGroups", "DescribeCacheParameters", "DescribeCacheSubnetGroups",
      "DescribeReplicationGroups", "DescribeUserGroups", "DescribeUsers", "ListTagsForResource",
    ]
    elasticloadbalancing = [
      "DescribeCapacityReservation", "DescribeListenerAttributes", "DescribeListeners", "DescribeLoadBalancerAttributes",
      "DescribeLoadBalancers", "DescribeTags", "DescribeTargetGroupAttributes", "DescribeTargetGroups", "DescribeTargetHealth", "GetLoadBalancerWebACL",
    ]
    iam = [
      "GetInstanceProfile", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole", "ListRolePolicies",
    ]
    logs = ["DescribeLogGroups", "ListTagsForResource"]
    rds = [
      "DescribeDBClusterParameterGroups", "DescribeDBClusterParameters", "DescribeDBClusters", "DescribeDBInstances",
      "DescribeDBSubnetGroups", "DescribeGlobalClusters", "ListTagsForResource",
    ]
    route53        = ["GetChange", "GetHostedZone", "ListResourceRecordSets"]
    secretsmanager = ["DescribeSecret"]
    sns            = ["GetSubscriptionAttributes", "GetTopicAttributes", "ListTagsForResource"]
    ssm            = ["DescribeParameters", "ListTagsForResource"]
    sts            = ["GetCallerIdentity"]
    wafv2          = ["GetWebACL", "GetWebACLForResource", "ListTagsForResource"]
  }

  bucket_reading = [
    "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket",
  ]
}

resource "aws_iam_policy" "reading" {
  name        = "${var.name}-reading"
  description = "What a plan of ${var.name} reads"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Descriptions"
        Effect   = "Allow"
        Action   = flatten([for service, actions in local.reading : [for action in actions : "${service}:${action}"]])
        Resource = "*"
      },
      {
        # What a pull request's plan prints is read by whoever may open one: other programs' logs are not theirs.
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:FilterLogEvents"]
        Resource = local.logs
      },
      {
        Sid      = "Images"
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:DescribeImageScanFindings", "ecr:DescribeImages"]
        Resource = "arn:${var.partition}:ecr:${local.regional}:repository/${var.repository_root}/*"
      },
      {
        Sid      = "Buckets"
        Effect   = "Allow"
        Action   = local.bucket_reading
        Resource = concat(local.service_buckets, [var.release_bucket_arn, local.state_bucket_arn])
      },
      {
        Sid      = "Parameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter", "ssm:GetParametersByPath"]
        Resource = local.parameters
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey"]
        Resource = var.kms_key_arn
      },
      {
        Sid      = "ReleasesAndState"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${var.release_bucket_arn}/*", "${local.state_bucket_arn}/*"]
      },
      {
        # Planning takes the state's lock, a file beside it.
        Sid      = "StateLock"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:PutObject"]
        Resource = "${local.service_state}.tflock"
      },
      {
        Sid      = "ReleaseTable"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:Query"]
        Resource = var.release_table_arn
      },
    ]
  })
}
