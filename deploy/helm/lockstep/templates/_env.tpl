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
{{- end -}}
{{- range $called := .process.calls -}}
{{- $subgraph := get $root.Values.subgraphs $called | required (printf "subgraphs.%s: called, but not listed" $called) -}}
{{- $url := printf "http://%s:%v/graphql" (include "lockstep.name" (dict "root" $root "name" $called)) $subgraph.port -}}
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
