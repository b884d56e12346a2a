import type { CSSProperties, ReactNode } from 'react';

export interface BoxProps {
  children: ReactNode;
  className?: string;
  /** The cell's: Outlook knows padding and grounds of cells alone. */
  style: CSSProperties;
  tableStyle?: CSSProperties;
  /** As wide as its content, not as its parent. */
  narrow?: boolean;
  align?: 'center' | 'left';
}

/** One cell in a table of its own: the only box that every mail program draws alike. */
export function Box({ children, className, style, tableStyle, narrow = false, align }: BoxProps) {
  return (
    <table
      role="presentation"
      {...(!narrow && { width: '100%' })}
      cellPadding="0"
      cellSpacing="0"
      border={0}
      style={tableStyle}
    >
      <tbody>
        <tr>
          <td className={className} style={style} align={align}>
            {children}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** A picture or face beside words. */
export function Beside({
  first,
  firstStyle,
  rest,
  restStyle,
}: {
  first: ReactNode;
  firstStyle: CSSProperties;
  rest: ReactNode;
  restStyle: CSSProperties;
}) {
  return (
    <table role="presentation" width="100%" cellPadding="0" cellSpacing="0" border={0}>
      <tbody>
        <tr>
          {first !== null && <td style={firstStyle}>{first}</td>}
          <td style={restStyle}>{rest}</td>
        </tr>
      </tbody>
    </table>
  );
}
