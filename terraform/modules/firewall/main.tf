# Rules kept by AWS, and a ceiling on requests from one address, in front of the load balancer.

locals {
  managed_rules = ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]

  # Rules that count what they match, and let it pass. All others of their groups (addresses, paths, queries, headers, cookies) block.
  counted_rules = {
    AWSManagedRulesCommonRuleSet = [
      # Programs call the API, and many of them name no agent.
      "NoUserAgent_HEADER",
      # Uploads are larger than the 8 KB that this rule allows; nginx bounds them.
      "SizeRestrictions_BODY",
      # A body is records to store and to search, whatever they are about: one that quotes a script, a path, an address of a file or of
      # the metadata service is text like any other. Nothing here opens, fetches or shows as a page what a record says.
      "CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY",
    ]
    # The same text may quote these attacks on Java, its Log4j and React's server. The services are .NET: none of the three is there to
    # take it for code. In headers, paths and queries, where no record is, they still block.
    AWSManagedRulesKnownBadInputsRuleSet = ["JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"]
  }
}

resource "aws_wafv2_web_acl" "this" {
  name        = var.name
  description = "In front of ${var.name}"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "requests-per-address"
    priority = 0

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = var.requests_per_five_minutes
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "requests-per-address"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.managed_rules

    content {
      name     = rule.value
      priority = rule.key + 1

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.value

          dynamic "rule_action_override" {
            for_each = lookup(local.counted_rules, rule.value, [])

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.value
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = var.load_balancer_arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}
