import { Body, Head, Heading, Html, Img, Link, Preview, Text } from '@react-email/components';
import { render } from '@react-email/render';
import type { MailContent } from '../content.ts';
import { Beside, Box } from './Cells.tsx';
import { Messages } from './Messages.tsx';
import { darkStyles, styles } from './style.ts';

/** The HTML part: what somebody wrote, to one person who has not read it. */
export function renderNewMessages(content: MailContent): Promise<string> {
  return render(<NewMessages {...content} />);
}

function NewMessages(content: MailContent) {
  return (
    <Html lang={content.language} dir="ltr">
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{content.subject}</title>
        <style>{darkStyles}</style>
      </Head>
      <Body className="bg" style={styles.body}>
        <Preview>{preheader(content)}</Preview>
        <Box className="bg" style={styles.outer} align="center">
          <table
            role="presentation"
            width="600"
            cellPadding="0"
            cellSpacing="0"
            border={0}
            style={styles.width}
          >
            <tbody>
              <Row className="t1" style={styles.market}>
                {content.market}
              </Row>
              <Row className="card" style={styles.card}>
                <Card content={content} />
              </Row>
              <Row className="t2" style={styles.foot}>
                <Foot content={content} />
              </Row>
            </tbody>
          </table>
        </Box>
      </Body>
    </Html>
  );
}

function Row({
  children,
  className,
  style,
}: {
  children: React.ReactNode;
  className: string;
  style: React.CSSProperties;
}) {
  return (
    <tr>
      <td className={className} style={style} align="left">
        {children}
      </td>
    </tr>
  );
}

function Card({ content }: { content: MailContent }) {
  return (
    <>
      <Box className="pad" style={styles.top}>
        <Top content={content} />
      </Box>
      <Box className="pad" style={styles.messages}>
        <Messages said={content.said} more={content.more} />
      </Box>
      <Box className="pad" style={styles.action}>
        <Box narrow className="btn" style={styles.buttonCell}>
          <Link className="btn" href={content.button.url} style={styles.button}>
            {content.button.label}
          </Link>
        </Box>
        <Text className="t2" style={styles.hint}>
          {content.hint}
        </Text>
      </Box>
      <Box className="pad" style={styles.bottom}>
        <Box className="rule" style={styles.rule}>
          <Listing content={content} />
        </Box>
      </Box>
    </>
  );
}

function Top({ content: { face, heading, about, title, first } }: { content: MailContent }) {
  const tile = {
    ...styles.heading,
    width: '44px',
    height: '44px',
    borderRadius: `${face.radius}px`,
    backgroundColor: face.ground,
    color: face.ink,
    fontSize: '16px',
    lineHeight: '44px',
  };
  return (
    <Beside
      first={
        <Box narrow style={tile} align="center">
          {face.initials}
        </Box>
      }
      firstStyle={styles.faceCell}
      rest={
        <>
          <Heading as="h1" className="t1" style={styles.heading}>
            {heading}
          </Heading>
          <Text className="t2" style={styles.about}>
            {about} <b style={styles.strong}>{title}</b>
            {first !== null && ` · ${first}`}
          </Text>
        </>
      }
      restStyle={{ verticalAlign: 'middle' }}
    />
  );
}

function Listing({ content: { picture, title, listingFacts } }: { content: MailContent }) {
  return (
    <Beside
      first={picture && <Img src={picture} width="56" height="56" alt="" style={styles.picture} />}
      firstStyle={styles.pictureCell}
      rest={
        <>
          <Text className="t1" style={styles.listing}>
            {title}
          </Text>
          <Text className="t2" style={styles.facts}>
            {listingFacts}
          </Text>
        </>
      }
      restStyle={styles.listingCell}
    />
  );
}

function Foot({ content: { why, holds, stop, settings } }: { content: MailContent }) {
  return (
    <>
      {why}
      <br />
      {holds}
      {holds !== null && <br />}
      <Link className="t2" href={stop.url} style={styles.footLink}>
        {stop.label}
      </Link>
      {' · '}
      <Link className="t2" href={settings.url} style={styles.footLink}>
        {settings.label}
      </Link>
    </>
  );
}

/** What a list of mails shows behind the subject. */
function preheader({ said, heading }: MailContent): string {
  const [first] = said;
  const text = first === undefined ? '' : first.text === '' ? (first.files[0] ?? '') : first.text;
  const characters = Array.from((text === '' ? heading : text).replaceAll('\n', ' '));
  return characters.slice(0, 120).join('');
}
