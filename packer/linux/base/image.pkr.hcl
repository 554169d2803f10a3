# The base layer: the distribution with Docker and everything that changes seldom. The stack layer is made from it.

variable "distribution" {
  type        = string
  description = "A key of images in versions.json."
}

variable "architecture" {
  type        = string
  description = "amd64 or arm64."
}

variable "region" {
  type        = string
  description = "Where the image is made."
}

variable "instance_type" {
  type        = string
  default     = ""
  description = "Of the builder. By default a type that suits the architecture."
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "Where the builder runs: in the default VPC unless given."
}

variable "build_number" {
  type    = string
  default = "none"
}

variable "result" {
  type        = string
  default     = "packer-result.json"
  description = "The file that the AMI's id is written to."
}

# A path in file() counts from this folder.
locals {
  versions  = jsondecode(file("../versions.json"))
  image     = local.versions.images[var.distribution]
  machine   = var.architecture == "arm64" ? "arm64" : "x86_64"
  instance  = var.architecture == "arm64" ? "m7g.xlarge" : "m7a.xlarge"
  timestamp = formatdate("YYYY-MM-DD'T'hh-mm-ssZ", timestamp())
  name      = "buildkite-base-linux-${var.distribution}-${var.architecture}-${local.timestamp}"
  tags = {
    Name         = local.name
    Component    = "buildkite-base"
    OSVersion    = local.image.release
    Distro       = var.distribution
    Architecture = var.architecture
    BuildNumber  = var.build_number
    SourceAMIID  = "{{ .SourceAMI }}"
  }
}

source "amazon-ebs" "base" {
  ami_name        = local.name
  ami_description = "Buildkite Elastic CI Stack, base layer (${var.distribution}, ${var.architecture})"
  region          = var.region
  instance_type   = var.instance_type == "" ? local.instance : var.instance_type
  subnet_id       = var.subnet_id
  ssh_username    = local.image.user
  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = { Name = "Packer Builder" }
  run_volume_tags = { Name = "Packer Builder" }

  # The one image of that name. It is looked up only for the distribution that is built.
  source_ami_filter {
    filters = {
      name                = replace(local.image.name[var.architecture], "{release}", local.image.release)
      architecture        = local.machine
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    owners      = [local.image.owner]
    most_recent = true
  }

  launch_block_device_mappings {
    device_name           = local.image.device
    volume_type           = "gp3"
    volume_size           = 10
    iops                  = 3000
    throughput            = 125
    delete_on_termination = true
  }

  # No key of the builder stays in the image.
  ssh_clear_authorized_keys = true

  temporary_key_pair_type                   = "ed25519"
  temporary_security_group_source_public_ip = true
  imds_support                              = "v2.0"
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}

build {
  name    = "base"
  sources = ["source.amazon-ebs.base"]

  provisioner "shell" {
    inline = ["mkdir -p /var/tmp/image/shared /var/tmp/image/files"]
  }

  provisioner "file" {
    source      = "${path.root}/../versions.json"
    destination = "/var/tmp/image/versions.json"
  }

  provisioner "file" {
    source      = "${path.root}/../shared/"
    destination = "/var/tmp/image/shared"
  }

  provisioner "file" {
    source      = "${path.root}/files/"
    destination = "/var/tmp/image/files"
  }

  # Some hardened images mount /tmp without execution.
  provisioner "shell" {
    remote_folder   = "/var/tmp"
    execute_command = "sudo env {{ .Vars }} bash '{{ .Path }}'"
    environment_vars = [
      "IMAGE_RELEASE=${local.image.release}",
      "IMAGE_SNAPSHOT=${lookup(local.image, "snapshot", "")}",
    ]
    scripts = [
      "${path.root}/scripts/install-packages.sh",
      "${path.root}/scripts/install-docker.sh",
      "${path.root}/scripts/install-aws-tools.sh",
      "${path.root}/scripts/check-base.sh",
      "${path.root}/../shared/clean-up.sh",
    ]
  }

  post-processor "manifest" {
    output     = var.result
    strip_path = true
  }
}
