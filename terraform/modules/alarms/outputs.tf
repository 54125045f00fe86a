# Not latency: the balancer's time of a request includes what it takes to send it, and uploads are streamed for as long as their clients
# take. In a quiet hour they alone raise that alarm.
output "rollout_alarms" {
  description = "Alarms that stop and take back a rollout."
  value       = [for key in ["target-errors", "balancer-errors", "unhealthy-hosts"] : aws_cloudwatch_metric_alarm.this[key].alarm_name]
}

output "names" {
  description = "Names of all alarms."
  value       = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]
}
