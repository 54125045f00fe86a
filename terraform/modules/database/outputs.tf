output "endpoint" {
  description = "Address of the writer."
  value       = aws_rds_cluster.this.endpoint
}

output "port" {
  description = "Port of the database."
  value       = aws_rds_cluster.this.port
}

output "name" {
  description = "Name of the database."
  value       = aws_rds_cluster.this.database_name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_rds_cluster.this.arn
}

output "cluster_identifier" {
  description = "The cluster's name in metrics."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "master_secret_arn" {
  description = "Secret that RDS keeps the credentials in."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}

output "security_group_id" {
  description = "Security group of the database."
  value       = aws_security_group.this.id
}
