resource "aws_ssm_parameter" "this" {
  for_each = var.parameters

  name  = "${var.path}/${each.key}"
  type  = "String"
  tier  = "Standard"
  value = each.value

  # A parameter may be there before the state knows of it: its making succeeded and the answer was lost, or the run died before it
  # wrote its state. Without this every later apply would fail with ParameterAlreadyExists; with it that apply says what the value is.
  overwrite = true
}
