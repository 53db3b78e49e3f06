{{/* Name of the objects of a process: the release's, and the process's. Called with a dict of `root` and `name`. */}}
{{- define "lockstep.name" -}}
{{- printf "%s-%s" (.root.Release.Name | trunc 40 | trimSuffix "-") .name -}}
{{- end -}}

{{/* Labels by which a process's pods are found. They never change. */}}
{{- define "lockstep.selector" -}}
app.kubernetes.io/name: lockstep
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "lockstep.labels" -}}
{{ include "lockstep.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Prefix of a subgraph's environment variables: that of `stock-levels` is STOCK_LEVELS. */}}
{{- define "lockstep.prefix" -}}
{{- . | upper | replace "-" "_" -}}
{{- end -}}

{{/* Processes by name, as a YAML mapping: the gateway, and each subgraph with its defaults. */}}
{{- define "lockstep.processes" -}}
{{- $calls := keys .Values.subgraphs | sortAlpha -}}
{{- $all := dict "gateway" (mergeOverwrite (deepCopy .Values.gateway) (dict "folder" "gateway" "calls" $calls)) -}}
{{- range $name, $own := .Values.subgraphs -}}
{{- $subgraph := mergeOverwrite (deepCopy $.Values.subgraph) $own (dict "folder" (printf "subgraphs/%s" $name)) -}}
{{- $_ := set $all $name $subgraph -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Folder in which a process has the files of its certificate, from a Secret of the form that cert-manager writes. */}}
{{- define "lockstep.certificates" -}}
/etc/lockstep/tls
{{- end -}}

{{/* HTTPS if a process speaks it on its port, or else HTTP. The gateway does if its supergraph.yaml says so. Called like lockstep.env. */}}
{{- define "lockstep.scheme" -}}
{{- if eq .name "gateway" -}}
{{- $file := .root.Values.supergraph | fromYaml -}}
{{- ternary "HTTPS" "HTTP" (not (empty (dig "gateway" "tls" "supergraph" "" $file))) -}}
{{- else -}}
{{- ternary "HTTPS" "HTTP" (not (empty (dig "tls" "secret" "" .process))) -}}
{{- end -}}
{{- end -}}
