# Where alarms and budgets go, and the cache's events.

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  display_name      = "VectorDb ${var.name}"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Publishers"
      Effect    = "Allow"
      Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
    }]
  })
}

# In the clear, and so apart: ElastiCache publishes to no encrypted topic, and takes no condition on aws:SourceAccount. Its events
# name nodes and hold no data. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html
resource "aws_sns_topic" "cache" {
  name         = "${var.name}-cache"
  display_name = "VectorDb ${var.name}"
}

resource "aws_sns_topic_policy" "cache" {
  arn = aws_sns_topic.cache.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Cache"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.cache.arn
      Condition = { StringEquals = { "aws:SourceOwner" = var.account } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "cache_email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.cache.arn
  protocol  = "email"
  endpoint  = each.key
}
