{{/* Environment of a process. Called with a dict of `root`, `name` and `process`. */}}
{{- define "lockstep.env" -}}
{{- $root := .root -}}
{{- $secret := $root.Values.existingSecret | required "existingSecret: name the Secret with subgraph-secret and NAME-database" -}}
{{- $plain := dict "DRAIN_DELAY_MS" "1500" -}}
{{- $secrets := dict "SUBGRAPH_SECRET" "subgraph-secret" -}}
{{- $prefix := include "lockstep.prefix" .name -}}
{{- $_ := set $plain (printf "%s_PORT" $prefix) (toString .process.port) -}}
{{- if ne .name "gateway" -}}
{{- $_ := set $secrets (printf "%s_DATABASE" $prefix) (printf "%s-database" .name) -}}
{{- if .process.tls.secret -}}
{{- $folder := include "lockstep.certificates" . -}}
{{- $_ := set $plain "TLS_CERTIFICATE" (printf "%s/tls.crt" $folder) -}}
{{- $_ := set $plain "TLS_KEY" (printf "%s/tls.key" $folder) -}}
{{- $_ := set $plain "TLS_CA" (printf "%s/ca.crt" $folder) -}}
{{- $_ := set $plain "TLS_CLIENT_CA" (printf "%s/ca.crt" $folder) -}}
{{- end -}}
{{- end -}}
{{- $processes := include "lockstep.processes" $root | fromYaml -}}
{{- $name := .name -}}
{{- $certificate := .process.tls.secret -}}
{{- range $called := .process.calls -}}
{{- $subgraph := get $root.Values.subgraphs $called | required (printf "subgraphs.%s: called, but not listed" $called) -}}
{{- $scheme := include "lockstep.scheme" (dict "root" $root "name" $called "process" (get $processes $called)) | lower -}}
{{- if eq $scheme "https" -}}
{{- $_ := $certificate | required (printf "tls.secret of %s: it calls %s, which demands a certificate" $name $called) -}}
{{- if eq $name "gateway" -}}
{{- $_ := $root.Values.supergraph | required (printf "supergraph: give one whose subgraphs.%s.tls names the certificates" $called) -}}
{{- end -}}
{{- end -}}
{{- $url := printf "%s://%s:%v/graphql" $scheme (include "lockstep.name" (dict "root" $root "name" $called)) $subgraph.port -}}
{{- $_ := set $plain (printf "%s_URL" (include "lockstep.prefix" $called)) $url -}}
{{- end -}}
{{- range $variable, $value := merge (dict) (.process.env | default dict) $root.Values.env $plain }}
- name: {{ $variable }}
  value: {{ $value | quote }}
{{- end }}
{{- range $variable, $key := merge (dict) (.process.secretEnv | default dict) $secrets }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: {{ $key }} }
{{- end }}
{{- end -}}
