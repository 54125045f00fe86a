output "topic_arn" {
  description = "Topic of the alarms, once it may be published to."
  value       = aws_sns_topic.this.arn
  depends_on  = [aws_sns_topic_policy.this]
}

output "cache_topic_arn" {
  description = "Topic of the cache's events, once it may be published to."
  value       = aws_sns_topic.cache.arn
  depends_on  = [aws_sns_topic_policy.cache]
}
