output "endpoint" {
  description = "Address of the primary, host:port."
  value       = "${aws_elasticache_replication_group.this.primary_endpoint_address}:${aws_elasticache_replication_group.this.port}"
}

output "user_id" {
  description = "User whose password the release sets."
  value       = aws_elasticache_user.application.user_id
}

output "node_ids" {
  description = "The nodes' names in metrics."
  # Known at plan time: the service numbers the nodes of a group from 001.
  value = [for number in range(1, var.nodes + 1) : format("%s-%03d", var.name, number)]
}

output "security_group_id" {
  description = "Security group of the cache."
  value       = aws_security_group.this.id
}
