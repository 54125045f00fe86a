resource "aws_ssm_parameter" "this" {
  for_each = var.parameters

  name  = "${var.path}/${each.key}"
  type  = "String"
  tier  = "Standard"
  value = each.value
}
