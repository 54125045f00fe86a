variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "environment" {
  description = "Name of the environment: its tag selects the costs."
  type        = string
}

variable "monthly_usd" {
  description = "Expected cost a month in US dollars."
  type        = number
}

variable "topic_arn" {
  description = "Topic that is told."
  type        = string
}
