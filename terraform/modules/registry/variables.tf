variable "repositories" {
  description = "Names of the image repositories."
  type        = list(string)
}

variable "kms_key_arn" {
  description = "Key that encrypts the layers."
  type        = string
}

variable "untagged_image_days" {
  description = "Days after which an untagged image expires."
  type        = number
}

variable "force_delete" {
  description = "Whether destroying a repository deletes its images."
  type        = bool
}
