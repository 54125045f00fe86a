output "rollout_alarms" {
  description = "Alarms that stop and take back a rollout."
  value       = [for key in ["target-errors", "balancer-errors", "latency", "unhealthy-hosts"] : aws_cloudwatch_metric_alarm.this[key].alarm_name]
}

output "names" {
  description = "Names of all alarms."
  value       = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]
}
