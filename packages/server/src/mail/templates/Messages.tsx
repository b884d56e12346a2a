import { Text } from '@react-email/components';
import { Fragment } from 'react';
import type { Said } from '../content.ts';
import { Box } from './Cells.tsx';
import { styles } from './style.ts';

/** The preview: what was said, each in a bubble, and what the marketplace says in between. */
export function Messages({ said, more }: { said: readonly Said[]; more: string | null }) {
  return (
    <>
      {said.map((one, index) =>
        one.kind === 'notice' ? <Notice key={index} said={one} /> : <Bubble key={index} said={one} />,
      )}
      {more !== null && (
        <Text className="t2" style={styles.notice}>
          {more}
        </Text>
      )}
    </>
  );
}

function Bubble({ said }: { said: Said }) {
  return (
    <Box className="say" style={styles.say} tableStyle={styles.gap}>
      {said.text !== '' && (
        <Text dir="auto" className="t1" style={styles.text}>
          <Lines text={said.text} />
        </Text>
      )}
      {said.files.map((file, index) => (
        <Text key={index} className="t2" style={styles.file}>
          {file}
        </Text>
      ))}
      <Text className="t2" style={styles.meta}>
        {said.meta}
      </Text>
    </Box>
  );
}

function Notice({ said }: { said: Said }) {
  return (
    <Text className="t2" style={styles.notice}>
      {said.text}
    </Text>
  );
}

function Lines({ text }: { text: string }) {
  return text.split('\n').map((line, index) => (
    <Fragment key={index}>
      {index > 0 && <br />}
      {line}
    </Fragment>
  ));
}
