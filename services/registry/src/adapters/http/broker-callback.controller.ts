import { Body, Controller, Header, HttpCode, Inject, NotFoundException, Param, Post } from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import { AuthoriseOnBroker } from '../../application/authorise-on-broker';
import { permissionQuestion, userQuestion } from './broker-question';

/** Injection token of the callback token. */
export const callbackToken = Symbol('callback token');

type Answer = 'allow' | 'deny';

const answerOf = (isAllowed: boolean): Answer => (isAllowed ? 'allow' : 'deny');
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * RabbitMQ's authorisation queries about users that are not services. The token in the path authenticates the broker;
 * without it the answer is 404. Every request that is not clearly allowed is denied.
 */
@Controller('broker/:token')
export class BrokerCallbackController {
  private readonly tokenDigest: Buffer;

  constructor(
    @Inject(AuthoriseOnBroker) private readonly authorisation: AuthoriseOnBroker,
    @Inject(callbackToken) token: string,
  ) {
    this.tokenDigest = digest(token);
  }

  @Post('user')
  @HttpCode(200)
  @Header('content-type', 'text/plain')
  async user(@Param('token') token: string, @Body() form: unknown): Promise<Answer> {
    this.expectBroker(token);
    const { data } = userQuestion.safeParse(form);
    return answerOf(data ? await this.authorisation.mayConnect(data.username, data.password) : false);
  }

  @Post(':kind')
  @HttpCode(200)
  @Header('content-type', 'text/plain')
  async permission(
    @Param('token') token: string,
    @Param('kind') kind: string,
    @Body() form: unknown,
  ): Promise<Answer> {
    this.expectBroker(token);
    const question = permissionQuestion(kind, form);
    if (!question) return 'deny';
    return answerOf(await this.authorisation.may(question.username, question.request));
  }

  /** Digests have equal length, so the comparison reveals nothing about the token. */
  private expectBroker(token: string): void {
    if (!timingSafeEqual(digest(token), this.tokenDigest)) throw new NotFoundException();
  }
}
