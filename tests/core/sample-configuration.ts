/** What the specs of decisions and of the filter are configured with. `onFailure` is `backend.on_failure`, or nothing. */
export function configuration(onFailure: string): string {
  const failure = onFailure.length == 0 ? "" : ',"on_failure":' + onFailure;
  return (
    '{"api":"v1","backend":{"upstream":{"name":"threescale","url":"https://su1.3scale.net/base?x=1","timeout":500}' +
    failure +
    '},"services":[' +
    '{"id":"11","token":"t&1","authorities":["api.example.com","*.example.org:443"],"credentials":{' +
    '"user_key":[{"header":{"keys":["X-Key","x-old-key"]}},{"query_string":{"keys":["user_key"]}}],' +
    '"app_id":[{"header":{"keys":["x-app-id"]}}],' +
    '"app_key":[{"header":{"keys":["x-app-key"]}},{"query_string":{"keys":["app_key"]}}]},' +
    '"mapping_rules":[' +
    '{"method":"GET","pattern":"/","usages":[{"name":"hits","delta":1}]},' +
    '{"method":"any","pattern":"/a/{id}$","usages":[{"name":"a reads","delta":2},{"name":"hits","delta":10}]},' +
    '{"method":"post","pattern":"/last","usages":[{"name":"writes","delta":3}],"last":true},' +
    '{"method":"any","pattern":"/last","usages":[{"name":"never","delta":1}]},' +
    '{"method":"any","pattern":"/q?flag=1","usages":[{"name":"flagged","delta":9223372036854775807}]},' +
    '{"method":"GET","pattern":"/q?flag","usages":[{"name":"flagged","delta":1}]}]},' +
    '{"id":"12","authorities":["notoken.example.com"],"token":null,"credentials":{' +
    '"user_key":[{"query_string":{"keys":["user_key"]}}]},' +
    '"mapping_rules":[{"method":"any","pattern":"/","usages":[{"name":"hits","delta":1}]}]},' +
    '{"id":"13","token":"t3","authorities":["api.example.com","other.*"],"credentials":{' +
    '"user_key":[{"query_string":{"keys":["user_key"]}}]},' +
    '"mapping_rules":[{"method":"any","pattern":"/","usages":[{"name":"hits","delta":1}]}]}]}'
  );
}
