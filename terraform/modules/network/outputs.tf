output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer, one a zone, usable once their route out exists."
  value       = [for subnet in aws_subnet.public : subnet.id]
  depends_on  = [aws_route.internet]
}

output "private_subnet_ids" {
  description = "Subnets of everything else, one a zone."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "gateway_prefix_lists" {
  description = "Prefix lists of S3 and DynamoDB, reached through the gateway endpoints."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.prefix_list_id }
}
