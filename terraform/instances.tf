# The two fleets: web behind the load balancer, worker on the queue.

resource "aws_security_group" "instances" {
  for_each = local.profiles

  name        = "${local.name}-${each.key}"
  description = "The ${each.key} instances of ${local.name}"
  vpc_id      = module.network.vpc_id

  tags = { Name = "${local.name}-${each.key}" }
}

locals {
  instance_security_groups = { for profile, group in aws_security_group.instances : profile => group.id }

  # HTTPS to AWS and the embeddings provider; the data stores; DNS and time come from the VPC itself.
  egress = merge([for profile in keys(local.profiles) : {
    "${profile}-https"    = { profile = profile, port = 443, cidr = "0.0.0.0/0", group = null, what = "AWS, registry and embeddings provider" }
    "${profile}-cache"    = { profile = profile, port = 6379, cidr = null, group = module.cache.security_group_id, what = "Queue" }
    "${profile}-database" = { profile = profile, port = 5432, cidr = null, group = module.database.security_group_id, what = "Database" }
  }]...)
}

resource "aws_vpc_security_group_egress_rule" "instances" {
  for_each = local.egress

  security_group_id            = aws_security_group.instances[each.value.profile].id
  description                  = each.value.what
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.group
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id            = aws_security_group.instances["web"].id
  description                  = "HTTP from the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = var.web_port
  to_port                      = var.web_port
  referenced_security_group_id = module.load_balancer.security_group_id
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = module.load_balancer.security_group_id
  description                  = "HTTP to the web instances"
  ip_protocol                  = "tcp"
  from_port                    = var.web_port
  to_port                      = var.web_port
  referenced_security_group_id = aws_security_group.instances["web"].id
}

module "identity" {
  source   = "./modules/identity"
  for_each = local.profiles

  name                 = local.name
  profile              = each.key
  account              = local.account
  region               = var.region
  partition            = local.partition
  permissions_boundary = local.boundary
  release_bucket_arn   = "arn:${local.partition}:s3:::${local.foundation["release-bucket"]}"
  repository_arns      = [for name in each.value.repositories : "arn:${local.partition}:ecr:${local.arn_suffix}:repository/vectordb-api/${name}"]
  parameter_path_arn   = "arn:${local.partition}:ssm:${local.arn_suffix}:parameter/vectordb/${var.environment}"
  # The six characters that Secrets Manager appends are the question marks.
  secret_arns = concat(
    [for name in each.value.secrets : "arn:${local.partition}:secretsmanager:${local.arn_suffix}:secret:vectordb/${var.environment}/${name}-??????"],
    [module.database.master_secret_arn],
  )
  kms_key_arn      = local.kms_key
  tasks_table_arn  = module.storage.tasks_table_arn
  files_bucket_arn = module.storage.files_bucket_arn
  log_group_arns   = [for name in each.value.logs : module.logs.arns[name]]
}

module "web" {
  source = "./modules/compute"

  name                 = local.name
  profile              = "web"
  image_id             = var.image_id
  instance_type        = var.web.instance_type
  disk_gigabytes       = var.web.disk_gigabytes
  user_data_base64     = filebase64(var.user_data_files.web)
  instance_profile_arn = module.identity["web"].instance_profile_arn
  security_group_id    = local.instance_security_groups["web"]
  subnet_ids           = module.network.private_subnet_ids
  target_group_arns    = [module.load_balancer.target_group_arn]
  maximum              = var.web.maximum
  boot_seconds         = 600
  warmup_seconds       = 60
  # Longer than the target group's deregistration and the containers' stop grace together.
  drain_seconds   = 180
  cpu_target      = var.web.cpu_target
  requests_target = { per_minute = var.web.requests_per_instance, resource_label = "${module.load_balancer.arn_suffix}/${module.load_balancer.target_group_arn_suffix}" }
  tags            = local.instance_tags
}

module "worker" {
  source = "./modules/compute"

  name                 = local.name
  profile              = "worker"
  image_id             = var.image_id
  instance_type        = var.worker.instance_type
  disk_gigabytes       = var.worker.disk_gigabytes
  user_data_base64     = filebase64(var.user_data_files.worker)
  instance_profile_arn = module.identity["worker"].instance_profile_arn
  security_group_id    = local.instance_security_groups["worker"]
  subnet_ids           = module.network.private_subnet_ids
  maximum              = var.worker.maximum
  boot_seconds         = 600
  warmup_seconds       = 120
  # A chunk may run for 1,800 s.
  drain_seconds  = 1860
  backlog_target = { per_instance = var.worker.backlog_per_instance, environment = var.environment }
  tags           = local.instance_tags
}
