output "arn" {
  description = "ARN of the balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "The balancer's name in metrics."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Address of the balancer."
  value       = aws_lb.this.dns_name
}

output "zone_id" {
  description = "Hosted zone of the balancer's address, for alias records."
  value       = aws_lb.this.zone_id
}

output "security_group_id" {
  description = "Security group of the balancer."
  value       = aws_security_group.this.id
}

output "target_group_arn" {
  description = "Target group of the web instances, known once a listener forwards to it."
  value       = aws_lb_target_group.web.arn
  depends_on  = [aws_lb_listener.https]
}

output "target_group_arn_suffix" {
  description = "The target group's name in metrics."
  value       = aws_lb_target_group.web.arn_suffix
}
