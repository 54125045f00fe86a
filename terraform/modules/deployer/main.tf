# Who may release. Three roles: one plans (reads), one brings images to the registry, one deploys. Each is taken by jobs of exactly named
# GitHub environments, and all by the named people; the jobs that deploy may plan too. Where nobody is named for a role, nobody takes it.

locals {
  github = "token.actions.githubusercontent.com"
  # An account holds one provider for GitHub, whoever made it.
  github_provider_arn = "arn:${var.partition}:iam::${var.account}:oidc-provider/${local.github}"

  trust = {
    deployer  = { subjects = var.github_subjects, principals = var.principals, hours = 2, does = "Plans and deploys releases of ${var.name}" }
    planner   = { subjects = concat(var.github_subjects, var.github_plan_subjects), principals = var.principals, hours = 1, does = "Plans releases of ${var.name}: reads only" }
    publisher = { subjects = var.github_publish_subjects, principals = var.principals, hours = 1, does = "Brings images of ${var.name} to the registry" }
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.manage_github_provider ? 1 : 0

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each = local.trust

  name                 = "${var.name}-${each.key}"
  description          = each.value.does
  max_session_duration = each.value.hours * 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      length(each.value.principals) == 0 ? [] : [{
        Sid       = "People"
        Effect    = "Allow"
        Principal = { AWS = each.value.principals }
        Action    = "sts:AssumeRole"
        Condition = {}
      }],
      length(each.value.subjects) > 0 ? [{
        Sid       = "GitHub"
        Effect    = "Allow"
        Principal = { Federated = local.github_provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${local.github}:aud" = "sts.amazonaws.com"
            "${local.github}:sub" = each.value.subjects
          }
        }
      }] : [],
      # A role has to trust somebody or refuse everybody. Who administers the account needs none.
      length(each.value.principals) + length(each.value.subjects) > 0 ? [] : [{
        Sid       = "Nobody"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "sts:AssumeRole"
        Condition = {}
      }],
    )
  })

  depends_on = [aws_iam_openid_connect_provider.github]
}
