// Reads {schema, texts: [{name, text, parameters}]} from standard input, and writes what Neo4j's front end says of each
// text in Cypher 5 and in Cypher 25: [{name, language, severity, message, line}].
import { lintCypherQuery } from '@neo4j-cypher/language-support';

let input = '';
for await (const part of process.stdin) input += part;
const { schema, texts } = JSON.parse(input);
const found = [];
for (const { name, text, parameters } of texts)
  for (const defaultLanguage of ['CYPHER 5', 'CYPHER 25'])
    for (const one of lintCypherQuery(text, { ...schema, defaultLanguage, parameters }).diagnostics)
      found.push({
        name,
        language: defaultLanguage,
        severity: one.severity,
        message: one.message,
        line: one.range.start.line + 1,
      });
process.stdout.write(JSON.stringify(found));
