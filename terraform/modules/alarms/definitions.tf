locals {
  above = "GreaterThanThreshold"
  below = "LessThanThreshold"

  balancer = { LoadBalancer = var.load_balancer }
  target   = { LoadBalancer = var.load_balancer, TargetGroup = var.target_group }
  service  = { Environment = var.environment }
  table    = { TableName = var.tasks_table }
  index    = { TableName = var.tasks_table, GlobalSecondaryIndexName = var.tasks_index }
  # Every call goes to the writer: without the role the readers, which idle, would be averaged into it.
  writer = { DBClusterIdentifier = var.database_cluster, Role = "WRITER" }

  service_alarms = {
    target-errors     = { what = "Web instances answer with 5xx.", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.target, statistic = "Sum", comparison = local.above, threshold = 10, period = 60, periods = 3, missing = "notBreaching" }
    balancer-errors   = { what = "The load balancer itself answers with 5xx: no healthy target, or time-outs.", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.balancer, statistic = "Sum", comparison = local.above, threshold = 10, period = 60, periods = 3, missing = "notBreaching" }
    latency           = { what = "95 of 100 requests take longer than the budget.", namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", dimensions = local.target, statistic = "p95", comparison = local.above, threshold = var.latency_seconds, period = 60, periods = 5, missing = "notBreaching" }
    unhealthy-hosts   = { what = "Web instances fail the load balancer's health check.", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", dimensions = local.target, statistic = "Maximum", comparison = local.above, threshold = 0, period = 60, periods = 3, missing = "notBreaching" }
    queue-backlog     = { what = "Chunks wait longer than the workers can follow.", namespace = "VectorDb", metric = "QueueBacklog", dimensions = local.service, statistic = "Maximum", comparison = local.above, threshold = var.backlog, period = 60, periods = 10, missing = "notBreaching" }
    worker-heartbeat  = { what = "No worker has reported for five minutes.", namespace = "VectorDb", metric = "WorkerHeartbeat", dimensions = local.service, statistic = "Sum", comparison = local.below, threshold = 1, period = 60, periods = 5, missing = "breaching" }
    records-failed    = { what = "Records end in error files at an unusual rate.", namespace = "VectorDb", metric = "RecordsFailed", dimensions = local.service, statistic = "Sum", comparison = local.above, threshold = 100, period = 300, periods = 2, missing = "notBreaching" }
    database-cpu      = { what = "The database is out of processor time.", namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = local.writer, statistic = "Average", comparison = local.above, threshold = 85, period = 60, periods = 10, missing = "missing" }
    database-capacity = { what = "The database runs at its highest capacity.", namespace = "AWS/RDS", metric = "ACUUtilization", dimensions = local.writer, statistic = "Average", comparison = local.above, threshold = 95, period = 60, periods = 15, missing = "missing" }
    database-replica  = { what = "A reader falls behind the writer.", namespace = "AWS/RDS", metric = "AuroraReplicaLagMaximum", dimensions = { DBClusterIdentifier = var.database_cluster }, statistic = "Maximum", comparison = local.above, threshold = 2000, period = 60, periods = 5, missing = "notBreaching" }
    certificate       = { what = "The certificate expires and was not renewed.", namespace = "AWS/CertificateManager", metric = "DaysToExpiry", dimensions = { CertificateArn = var.certificate_arn }, statistic = "Minimum", comparison = local.below, threshold = 21, period = 86400, periods = 1, missing = "ignore" }
  }

  # By operation there would be one for each kind of call. Those of the table do not hold those of its index.
  ledger_alarms = {
    tasks-throttled             = { what = "DynamoDB refuses writes to the task ledger.", namespace = "AWS/DynamoDB", metric = "WriteThrottleEvents", dimensions = local.table, statistic = "Sum", comparison = local.above, threshold = 10, period = 60, periods = 3, missing = "notBreaching" }
    tasks-throttled-reads       = { what = "DynamoDB refuses reads of the task ledger.", namespace = "AWS/DynamoDB", metric = "ReadThrottleEvents", dimensions = local.table, statistic = "Sum", comparison = local.above, threshold = 10, period = 60, periods = 3, missing = "notBreaching" }
    tasks-throttled-index       = { what = "DynamoDB refuses writes to the task ledger's index.", namespace = "AWS/DynamoDB", metric = "WriteThrottleEvents", dimensions = local.index, statistic = "Sum", comparison = local.above, threshold = 10, period = 60, periods = 3, missing = "notBreaching" }
    tasks-throttled-index-reads = { what = "DynamoDB refuses reads of the task ledger's index.", namespace = "AWS/DynamoDB", metric = "ReadThrottleEvents", dimensions = local.index, statistic = "Sum", comparison = local.above, threshold = 10, period = 60, periods = 3, missing = "notBreaching" }
  }

  host_alarms = merge([for profile, group in var.groups : {
    "${profile}-cpu"    = { what = "The ${profile} instances are out of processor time.", namespace = "AWS/EC2", metric = "CPUUtilization", dimensions = { AutoScalingGroupName = group }, statistic = "Average", comparison = local.above, threshold = 90, period = 60, periods = 10, missing = "missing" }
    "${profile}-memory" = { what = "A ${profile} instance is out of memory.", namespace = "CWAgent", metric = "mem_used_percent", dimensions = { AutoScalingGroupName = group }, statistic = "Maximum", comparison = local.above, threshold = 90, period = 60, periods = 5, missing = "missing" }
    "${profile}-disk"   = { what = "A ${profile} instance's disk is nearly full.", namespace = "CWAgent", metric = "disk_used_percent", dimensions = { AutoScalingGroupName = group }, statistic = "Maximum", comparison = local.above, threshold = 85, period = 300, periods = 2, missing = "missing" }
  }]...)

  cache_alarms = merge([for index, node in var.cache_nodes : {
    "cache-memory-${index + 1}"    = { what = "The cache is nearly full: it will refuse jobs.", namespace = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", dimensions = { CacheClusterId = node }, statistic = "Maximum", comparison = local.above, threshold = 80, period = 60, periods = 5, missing = "missing" }
    "cache-evictions-${index + 1}" = { what = "The cache forgets keys, which its settings forbid.", namespace = "AWS/ElastiCache", metric = "Evictions", dimensions = { CacheClusterId = node }, statistic = "Sum", comparison = local.above, threshold = 0, period = 60, periods = 1, missing = "notBreaching" }
    "cache-cpu-${index + 1}"       = { what = "The cache's one command thread is busy.", namespace = "AWS/ElastiCache", metric = "EngineCPUUtilization", dimensions = { CacheClusterId = node }, statistic = "Average", comparison = local.above, threshold = 80, period = 60, periods = 10, missing = "missing" }
  }]...)

  alarms = merge(local.service_alarms, local.ledger_alarms, local.host_alarms, local.cache_alarms)
}
