# Who may release. Two roles: one plans (reads), one deploys. Both are taken by jobs of exactly named GitHub environments, or by
# the named people; neither is handed to the service.

locals {
  github = "token.actions.githubusercontent.com"
  # An account holds one provider for GitHub, whoever made it.
  github_provider_arn = "arn:${var.partition}:iam::${var.account}:oidc-provider/${local.github}"

  trust = {
    deployer = { subjects = var.github_subjects, principals = var.principals }
    planner  = { subjects = concat(var.github_subjects, var.github_plan_subjects), principals = var.principals }
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
  description          = each.key == "planner" ? "Plans releases of ${var.name}: reads only" : "Plans and deploys releases of ${var.name}"
  max_session_duration = each.key == "planner" ? 3600 : 7200

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      # Without a subject nobody outside the account gets in: the account's own identity policies decide.
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
      length(each.value.principals) + length(each.value.subjects) > 0 ? [] : [{
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
        Action    = "sts:AssumeRole"
        Condition = {}
      }],
    )
  })

  depends_on = [aws_iam_openid_connect_provider.github]
}
