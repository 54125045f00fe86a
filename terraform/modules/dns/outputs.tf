output "certificate_arn" {
  description = "Certificate to serve, once it is issued."
  value       = local.issue ? aws_acm_certificate_validation.this[0].certificate_arn : var.certificate_arn
}
