variable "name" {
  description = "Name of the environment's resources; the balancer's own may have 32 characters."
  type        = string

  validation {
    condition     = length(var.name) <= 28
    error_message = "The load balancer's name has at most 28 characters, to leave room for its target group's."
  }
}

variable "account" {
  description = "Account id."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the balancer and its targets."
  type        = string
}

variable "public_subnet_ids" {
  description = "Subnets of the balancer, in at least two zones."
  type        = list(string)

  validation {
    condition     = length(var.public_subnet_ids) >= 2
    error_message = "An application load balancer needs subnets in at least two zones."
  }
}

variable "client_cidrs" {
  description = "Addresses that may call the service."
  type        = list(string)
}

variable "target_port" {
  description = "Port of nginx on the web instances."
  type        = number
}

variable "certificate_arn" {
  description = "Certificate of the HTTPS listener, issued."
  type        = string
}

variable "deletion_protection" {
  description = "Refuses to delete the balancer and its logs."
  type        = bool
}

variable "access_log_days" {
  description = "Days that access logs are kept."
  type        = number
}
